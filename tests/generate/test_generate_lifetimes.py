# SPDX-License-Identifier: GPL-2.0-only
"""What keeps an element, in the C: when it is taken, and that it is released once."""

from __future__ import annotations

import pytest
from generate_support import LATER, ROOT, SMALL, TODAY, rendered, small

from kiter.analysis.liveness import fallible
from kiter.frontend import model
from kiter.lower.context import lowering_context
from kiter.lower.failures import failures

EVERY = (*sorted((ROOT / "specs").rglob("*.yaml")), *sorted(SMALL.glob("*.yaml")))


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_destroy_is_told_of_a_failure_exactly_where_new_can_fail(path):
    for target in (TODAY, LATER):
        it = model(path, target)
        if not it.younger:
            assert fallible(it) == bool(failures(lowering_context(it, target)))


def test_what_keeps_the_elements_is_given_back_by_destroy_alone():
    text = "".join(o.text for o in small("cgroup_up").outputs if o.path.endswith("cgroup_up_iter.c"))
    new, step, end = (text.index(f"bpf_iter_cgroup_up_{what}(struct") for what in ("new", "next", "destroy"))
    assert text.index("kit->start = NULL;", new) < text.index("cgroup_get_from_id", new)
    assert "cgroup_put" not in text[step:end] and "kit->start = NULL" not in text[step:end]
    assert "\tif (!kit->start)\n\t\treturn;\n\n\tcgroup_put(kit->start);\n}" in text[end:]


def test_an_element_is_filled_anew_but_moved_in_place():
    filled = "".join(o.text for o in small("filled").outputs if o.path.endswith("filled_iter.c"))
    step = filled[filled.index("bpf_iter_filled_next(struct") :]
    order = [step.index(word) for word in ("_drop(&kit->item)", "memset(&kit->item", "_fill(&kit->item")]
    assert order == sorted(order)
    path = next(path for path in EVERY if path.stem == "mount_up")
    moved = "".join(o.text for o in rendered(path, "7.3").outputs if o.path.endswith("mount_up_iter.c"))
    step = moved[
        moved.index("bpf_iter_mount_up_next(struct") : moved.index("bpf_iter_mount_up_destroy(struct")
    ]
    assert "path_put" not in step and "memset" not in step and moved.count("path_put(") == 1
