# SPDX-License-Identifier: GPL-2.0-only
"""What holds elements in a kernel is walked there: the small specs of sources over what every kernel has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.spec.source import SOURCES

SMALL = Path(__file__).parents[1] / "generate/specs"
# the spec that walks over each kind
WALKED = {
    "list": ("locks_nested", "lock_read"),
    "hlist": ("hlist",),
    "hash": ("hash", "hash_held", "hash_locked"),
    "rbtree": ("rbtree", "rbtree_latch"),
    "xarray": ("xarray_held",),
    "maple": ("maple",),
    "idr": ("idr",),
    "radix": ("radix",),
    "array": ("array", "sparse"),
    "percpu": ("percpu",),
}
# SEC("iter/...") of walks that restarts, resume, or get what a link asks for
READ = ("seq_css", "seq_maps_from", "seq_section")
OTHERS = ("where", "where_index", "raw_held", "seq_maps", "reference", "reference_tried", "held_flag", *READ)
EVERY = (*(name for named in WALKED.values() for name in named), *OTHERS)
# the same C is emitted for each kernel: of a second one a lock, RCU, a counter, and a file
SOME = ("lock_read", "hash_held", "rbtree_latch", "maple", "percpu", "seq_maps", "reference")
pytestmark = [pytest.mark.vm, pytest.mark.xdist_group("vm")]


def test_every_kind_of_source_is_walked():
    assert WALKED.keys() == SOURCES.keys()


@pytest.mark.parametrize(
    ("kernel", "names"),
    [("6.12", EVERY), ("7.3", SOME), pytest.param("7.3", EVERY, marks=pytest.mark.breadth)],
    ids=["6.12", "7.3", "7.3-all"],
)
def test_walks_over_what_holds_elements_keep_the_contract(capsys, kernel, names):
    try:
        kernels.find(kernel)
    except KiterError as error:
        pytest.skip(f"{error}: {error.diagnostics[0].hint}")
    files = [str(SMALL / f"{name}.yaml") for name in names]
    status = main(["run", *files, "--format", "json", "--kernel", kernel])
    said = capsys.readouterr()
    facts = json.loads(said.out)
    checks = [(it["name"], check) for it in facts["iterators"] for check in it["checks"]]
    failed = [(name, check["name"], check["failures"]) for name, check in checks if not check["passed"]]
    assert (status, failed, facts["outcome"]) == (0, [], "pass"), said.err
    tried = {name for name, check in checks if check["group"] != "refused"}
    assert tried == set(names), "nothing but the verifier's refusals was tried"
    read = {check["name"] for name, check in checks if name == "seq_maps"}
    assert {"reads whole", "reads byte by byte", "reads overflowing", "too_large", "left"} <= read
