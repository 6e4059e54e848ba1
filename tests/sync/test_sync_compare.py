# SPDX-License-Identifier: GPL-2.0-only
"""Each thing that BPF programs see of an iterator is compared, and the list of differences is kept true."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kiter import frontend, generate
from kiter.btf.reader import Btf
from kiter.errors import KiterError
from kiter.kernel import btf_files
from kiter.sync import emitted
from kiter.sync.compare import Comparison, compare
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
def task() -> str:
    target = profile("6.12")
    return generate.interface(frontend.model(SPECS / "task.yaml", target), target)


def compared(unit: str, types: Btf, *listed: Known, name: str = "task") -> Comparison | None:
    return compare(name, unit, "6.12", types, listed)


def changed(unit: str, old: str, new: str) -> str:
    assert old in unit
    return unit.replace(old, new)


def test_nothing_differs(task, types):
    assert compared(task, types).differences == ()


@pytest.mark.parametrize(
    ("old", "new", "aspect"),
    [
        ("task__nullable", "task", "bpf_iter_task_new"),
        (
            "struct task_struct *task__nullable",
            "const struct task_struct *task__nullable",
            "bpf_iter_task_new",
        ),
        ("__bpf_kfunc int", "__bpf_kfunc long", "bpf_iter_task_new"),
        ("__bpf_kfunc struct task_struct *bpf", "__bpf_kfunc struct pid *bpf", "bpf_iter_task_next"),
        ("__bpf_kfunc void bpf_iter_task_destroy", "static void destroy", None),
        ("KF_ITER_NEW | KF_TRUSTED_ARGS", "KF_ITER_NEW", "flags of bpf_iter_task_new"),
        ("KF_ITER_DESTROY)", "KF_ITER_DESTROY | KF_SLEEPABLE)", "flags of bpf_iter_task_destroy"),
        ("__opaque[3]", "__opaque[4]", "struct bpf_iter_task"),
        ("__opaque[3]", "__private[3]", "struct bpf_iter_task"),
        ("\t__u64 __opaque[3]", "\tu32 __opaque[6]", "struct bpf_iter_task"),
        ("BPF_TASK_ITER_ALL_PROCS,", "BPF_TASK_ITER_ALL_PROCS = 7,", "BPF_TASK_ITER_ALL_PROCS"),
    ],
)
def test_each_aspect_is_compared(task, types, old, new, aspect):
    found = compared(changed(task, old, new), types)
    assert (aspect or "bpf_iter_task_destroy") in {d.aspect for d in found.drift}


def test_a_flag_that_is_not_a_case_any_more_is_missed(types, task):
    fewer = changed(task, "\tBPF_TASK_ITER_PROC_THREADS,\n", "")
    fewer = changed(fewer, "%BPF_TASK_ITER_PROC_THREADS", "THREADS")
    found = compared(changed(fewer, "case BPF_TASK_ITER_PROC_THREADS:", "case 2:"), types)
    assert [(d.aspect, d.ours, d.theirs) for d in found.drift] == [("BPF_TASK_ITER_PROC_THREADS", "", "2")]


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
    assert [d.theirs for d in found.drift if d.aspect == "bpf_iter_task_new"] == [""]


WIDER = Known(
    "task",
    ("6.12",),
    "struct bpf_iter_task",
    "for a test",
    ours="32 bytes, aligned to 8: { __u64 __opaque[4]; }",
    theirs="24 bytes, aligned to 8: { __u64 __opaque[3]; }",
)


def test_a_known_difference_is_no_drift_and_has_its_reason(types, task):
    found = compared(changed(task, "__opaque[3]", "__opaque[4]"), types, WIDER)
    assert (found.drift, found.gone) == ((), ())
    assert found.known[0].reason == "for a test"


@pytest.mark.parametrize("words", [3, 5])
def test_a_known_difference_that_is_no_more_or_another_is_told(types, task, words):
    found = compared(changed(task, "__opaque[3]", f"__opaque[{words}]"), types, WIDER)
    assert found.gone == (WIDER,)
    assert bool(found.drift) == (words == 5)


def test_an_entry_for_another_iterator_or_target_does_not_count(types, task):
    others = [dataclasses.replace(WIDER, iterator="css"), dataclasses.replace(WIDER, targets=("7.3",))]
    found = compared(changed(task, "__opaque[3]", "__opaque[4]"), types, *others)
    assert len(found.drift) == 1 and found.gone == ()


# --- C as it is emitted ----------------------------------------------------------------------------

UNIT = """
struct bpf_iter_seq {
    s64 value;
    int cnt;
};

enum seq_flags {
    SEQ_FIRST,
    SEQ_SECOND = 1U << 4, /* a comment, with a comma */
    SEQ_THIRD,
};

__bpf_kfunc int bpf_iter_seq_new(struct bpf_iter_seq *it, const u64 *words__ign,
                                 u64 flags, const struct bpf_prog_aux *aux)
{
    switch (flags) {
    case SEQ_FIRST | OTHER_ONE:
        break;
    }
}

__bpf_kfunc bool bpf_seq_value(int val, struct bpf_iter_seq *it__iter)
{
}

BTF_ID_FLAGS(func, bpf_iter_seq_new,
             KF_RCU_PROTECTED | KF_IMPLICIT_ARGS |
             KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_seq_value)
"""


def test_every_form_that_is_emitted_is_understood():
    found = emitted.read(UNIT, "seq")
    assert found.facts == {
        "bpf_iter_seq_new": "int bpf_iter_seq_new(struct bpf_iter_seq *it, const u64 *words__ign, u64 flags)",
        "bpf_seq_value": "bool bpf_seq_value(int val, struct bpf_iter_seq *it__iter)",
        "flags of bpf_iter_seq_new": "KF_ITER_NEW | KF_RCU_PROTECTED | KF_IMPLICIT_ARGS",
        "flags of bpf_seq_value": "",
        "struct bpf_iter_seq": "16 bytes, aligned to 8: { s64 value; int cnt; }",
        "SEQ_FIRST": "0",
        "SEQ_SECOND": "16",
        "SEQ_THIRD": "17",
    }
    assert found.uses == {"OTHER_ONE"}
