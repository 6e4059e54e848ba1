# SPDX-License-Identifier: GPL-2.0-only
"""Each thing that BPF programs see of an iterator is compared, and the list of differences is kept true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend
from kiter.btf.reader import Btf
from kiter.btf.types import Member, Parameter
from kiter.errors import KiterError
from kiter.interface import Interface
from kiter.kernel import btf_files
from kiter.lower.context import lowering_context
from kiter.lower.interface import interface
from kiter.sync.aspect import About, Aspect
from kiter.sync.compare import Comparison, compare
from kiter.sync.interface import specified
from kiter.sync.known import Known
from kiter.target.profile import profile

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def types():
    try:
        return Btf.of(btf_files.find("6.12").path)
    except KiterError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def task() -> Interface:
    target = profile("6.12")
    return interface(lowering_context(frontend.model(SPECS / "task.yaml", target), target))


def compared(ours: Interface, types: Btf, *listed: Known, name: str = "task") -> Comparison | None:
    return compare(name, specified(ours), "6.12", types, listed)


def with_kfunc(ours: Interface, at: int, **changes: object) -> Interface:
    """With another prototype or other flags of one of the three."""
    kfuncs = list(ours.kfuncs)
    kfuncs[at] = replace(kfuncs[at], **changes)
    return replace(ours, kfuncs=tuple(kfuncs))


def taking(ours: Interface, name: str, ctype: str) -> Interface:
    """With another argument after the iterator of new()."""
    prototype = ours.kfuncs[0].prototype
    handle, _, *others = prototype.parameters
    taken = replace(prototype, parameters=(handle, Parameter(name, ctype), *others))
    return with_kfunc(ours, 0, prototype=taken)


def giving(ours: Interface, at: int, ctype: str) -> Interface:
    return with_kfunc(ours, at, prototype=replace(ours.kfuncs[at].prototype, returns=ctype))


def holding(ours: Interface, name: str, ctype: str) -> Interface:
    """With another member of the struct."""
    return replace(ours, struct=replace(ours.struct, members=(Member(name, ctype, 0),)))


def wider(ours: Interface, words: int) -> Interface:
    struct = replace(ours.struct, size=8 * words, members=(Member("__opaque", f"__u64[{words}]", 0),))
    return replace(ours, struct=struct)


def test_nothing_differs(task, types):
    assert compared(task, types).differences == ()


@pytest.mark.parametrize(
    ("change", "aspect"),
    [
        (lambda it: taking(it, "task", "struct task_struct *"), "bpf_iter_task_new"),
        (lambda it: taking(it, "task__nullable", "const struct task_struct *"), "bpf_iter_task_new"),
        (lambda it: giving(it, 0, "long"), "bpf_iter_task_new"),
        (lambda it: giving(it, 1, "struct pid *"), "bpf_iter_task_next"),
        (lambda it: replace(it, kfuncs=it.kfuncs[:2]), "bpf_iter_task_destroy"),
        (lambda it: with_kfunc(it, 0, flags=("KF_ITER_NEW",)), "flags of bpf_iter_task_new"),
        (
            lambda it: with_kfunc(it, 2, flags=("KF_ITER_DESTROY", "KF_SLEEPABLE")),
            "flags of bpf_iter_task_destroy",
        ),
        (lambda it: replace(it, struct=replace(it.struct, size=32)), "struct bpf_iter_task"),
        (lambda it: holding(it, "__private", "__u64[3]"), "struct bpf_iter_task"),
        (lambda it: holding(it, "__opaque", "u32[6]"), "struct bpf_iter_task"),
        (lambda it: replace(it, enumerators={"BPF_TASK_ITER_ALL_PROCS": 7}), "BPF_TASK_ITER_ALL_PROCS"),
    ],
)
def test_each_aspect_is_compared(task, types, change, aspect):
    assert aspect in {d.aspect.spelled for d in compared(change(task), types).drift}


def test_a_flag_that_is_not_a_case_any_more_is_missed(types, task):
    fewer = {name: value for name, value in task.enumerators.items() if not name.endswith("PROC_THREADS")}
    found = compared(replace(task, enumerators=fewer, uses=frozenset()), types)
    assert [(d.aspect.spelled, d.ours, d.theirs) for d in found.drift] == [
        ("BPF_TASK_ITER_PROC_THREADS", "", "2")
    ]


def test_an_iterator_that_the_kernel_has_not_is_not_compared(types, task):
    assert compared(task, types, name="unheard_of") is None


def test_an_iterator_that_has_lost_new_is_not_taken_for_none(tmp_path, task):
    try:
        raw = btf_files.find("6.12").path.read_bytes()
    except KiterError as error:
        pytest.skip(str(error))
    without = tmp_path / "vmlinux"
    without.write_bytes(raw.replace(b"\0bpf_iter_task_new\0", b"\0bpf_iter_task_old\0"))
    found = compared(task, Btf.of(without))
    assert found is not None
    assert [d.theirs for d in found.drift if d.aspect.spelled == "bpf_iter_task_new"] == [""]


WIDER = Known(
    "task",
    ("6.12",),
    Aspect(About.STRUCT, "bpf_iter_task"),
    "for a test",
    ours="32 bytes, aligned to 8: { __u64 __opaque[4]; }",
    theirs="24 bytes, aligned to 8: { __u64 __opaque[3]; }",
)


def test_a_known_difference_is_no_drift_and_has_its_reason(types, task):
    found = compared(wider(task, 4), types, WIDER)
    assert (found.drift, found.gone) == ((), ())
    assert found.known[0].reason == "for a test"


@pytest.mark.parametrize("words", [3, 5])
def test_a_known_difference_that_is_no_more_or_another_is_told(types, task, words):
    found = compared(wider(task, words), types, WIDER)
    assert found.gone == (WIDER,)
    assert bool(found.drift) == (words == 5)


def test_an_entry_for_another_iterator_or_target_does_not_count(types, task):
    others = [replace(WIDER, iterator="css"), replace(WIDER, targets=("7.3",))]
    found = compared(wider(task, 4), types, *others)
    assert len(found.drift) == 1 and found.gone == ()
