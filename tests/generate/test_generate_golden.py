# SPDX-License-Identifier: GPL-2.0-only
"""What each part of the language comes to, byte for byte, where specs/ do not show it already.

One file for each spec and kernel, with all its outputs behind each other. The selftests are left
out except where a spec says something about them: the rest of them is in out/ for all to read.
"""

from __future__ import annotations

import re

import pytest
from generate_support import NAMES, ROOT, SMALL, TODAY, read, rendered, small

from kiter.btf.types import Member, Struct
from kiter.generate import generate
from kiter.output import TESTS, Kind, Rendered

WITH_SELFTESTS = {"raw", "unknown_element", "seq_maps"}


def told(made: Rendered, selftests: bool) -> str:
    """All outputs as one text."""
    hidden = {Kind.TEST_HEADER} if selftests else TESTS
    shown = (output for output in made.outputs if output.kind not in hidden)
    return "".join(f"==> {output.path} <==\n{output.text}" for output in shown)


@pytest.mark.parametrize("name", NAMES)
def test_small_specs(name, golden):
    golden(f"generate/{name}.txt", told(small(name), name in WITH_SELFTESTS))


def test_what_a_later_kernel_changes(golden):
    golden("generate/versions-7.3.txt", told(small("versions", "7.3"), selftests=False))
    golden("generate/allocated_sleepable-7.3.txt", told(small("allocated_sleepable", "7.3"), selftests=False))
    golden("generate/css-7.3.txt", told(rendered(ROOT / "specs/css.yaml", "7.3"), selftests=False))


@pytest.mark.parametrize("name", NAMES)
def test_git_takes_no_line_for_a_conflict_marker(name):
    """git diff --check would complain about every patch with a heading of seven letters."""
    assert re.findall(r"^(?:={7}|<{7}|>{7})(?=\s|$)", told(small(name), True), re.MULTILINE) == []


def test_types_for_programs(golden):
    golden("generate/types.h", "\n".join(one.text for one in small("versions").material.types))


def test_what_is_private_to_a_file_in_a_module(golden):
    (it,) = read(SMALL / "hidden.yaml")
    layout = Struct("workqueue_struct", 384, 64, (Member("list", "struct list_head", 128),))
    made = generate(it, TODAY, shims=("workqueues", "is_chained_work"), layouts=(layout,))
    golden("generate/hidden_module.c", made.material.unit)
    assert "shim_" not in "".join(output.text for output in made.outputs)


def test_a_module_with_a_target_cannot_be_unloaded():
    """No reference to it comes with a link: kernel/bpf/bpf_iter.c, bpf_iter_link_attach()."""
    unit = small("seq_maps").material.unit
    assert "bpf_iter_reg_target(" in unit and "ret = ret ?: bpf_iter_seq_maps_target_init();" in unit
    assert "module_exit(" not in unit
    assert "module_exit(" in small("raw").material.unit


def test_every_kind_is_in_some_golden_file():
    """A kind that only exists for a rare spec must not go unseen."""
    seen = {output.kind for name in NAMES for output in small(name).outputs}
    assert seen == set(Kind)
