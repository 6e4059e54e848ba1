# SPDX-License-Identifier: GPL-2.0-only
"""What the selftests know of the kernel's objects: how to get one, name one, and see it from user space.

Every kfunc named here is open to SEC("syscall") programs in Linux 6.12 (kernel/bpf/helpers.c,
generic_btf_ids).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kiter.lower.selftests.oracles import CGROUPS, DMA_BUFS, MEMBERS, SLAB_CACHES, TASKS, VMAS, Oracle
from kiter.spec.model import Spec
from kiter.spec.release import Range

TASK = "struct task_struct *"
CSS = "struct cgroup_subsys_state *"
CGROUP = "struct cgroup *"


@dataclass(frozen=True, slots=True)
class Handle:
    """How a test program comes to a trusted pointer of a type: by a number that user space knows.

    `holder` is the type that is acquired, by `acquire(id)`, and given back by `release`; `passed`
    is the argument made from it, `untrusted` a pointer of the same type that the verifier must
    not take for one. `{h}` stands for the variable.
    """

    holder: str
    id: str
    acquire: str
    release: str
    passed: str
    untrusted: str


@dataclass(frozen=True, slots=True)
class Count:
    """References that a walk must give back: a number over the running task `self` or each element `pos`."""

    value: str
    kernels: Range = field(default_factory=Range)


@dataclass(frozen=True, slots=True)
class PrototypeFixture:
    """How a world is shown, and filled for a measurement, where the kernel alone has little of it.

    `label` is what the kernel calls the element `pos`, a C string, or "" for a number; `setting` is
    the user-space half that makes elements and names where to start, `picture` the one that labels
    them its own way.
    """

    label: str
    setting: str
    picture: str


@dataclass(frozen=True, slots=True)
class Fixture:
    """The surroundings of the elements of some iterators.

    It is that of iterators whose elements are of the type `element` and that set out from one of
    `handles`, "" for those that take no object.

    `identity` is the number that user space knows an element by, made by `naming` where the kernel
    knows a name only. `keep` is what of an element can be acquired, as a `holder`, which the verifier
    allows only while the element is valid, from `kept` on. `references` is how a program counts those that
    walks take; user space counts what does not die. `walks` is how many walks make a leak stand out.

    `template` is the user-space half, `headers` are those that it needs. `ordered` says that user
    space sees the order of the elements, `comes` that it can make one come and go. `start` are the
    functions by which an object to set out from comes and goes, `bare` is the number of one that has
    no elements, `place` the argument that says where between the elements a walk begins.
    """

    name: str
    element: str
    handles: frozenset[str]
    identity: str
    oracles: Mapping[str, Oracle]
    template: str
    headers: tuple[str, ...]
    stage: PrototypeFixture
    walks: int = 1
    holder: str = ""
    keep: str = ""
    kept: Range = field(default_factory=Range)
    naming: str = ""
    references: tuple[Count, ...] = ()
    ordered: bool = True
    comes: bool = True
    start: tuple[str, str] = ("arrive", "leave")
    bare: str = ""
    place: str = ""


KSYMS: Mapping[str, str] = {
    "bpf_cgroup_acquire": "struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;",
    "bpf_cgroup_from_id": "struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;",
    "bpf_cgroup_release": "void bpf_cgroup_release(struct cgroup *cgrp) __ksym;",
    "bpf_task_acquire": "struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;",
    "bpf_task_from_pid": "struct task_struct *bpf_task_from_pid(s32 pid) __ksym;",
    "bpf_task_release": "void bpf_task_release(struct task_struct *p) __ksym;",
    "bpf_rcu_read_lock": "void bpf_rcu_read_lock(void) __ksym;",
    "bpf_rcu_read_unlock": "void bpf_rcu_read_unlock(void) __ksym;",
    "bpf_preempt_disable": "void bpf_preempt_disable(void) __ksym;",
    "bpf_preempt_enable": "void bpf_preempt_enable(void) __ksym;",
}

# by the type of what they acquire and give back: the verifier wants a trusted pointer of it, or one that
# RCU protects (KF_RCU)
KEEPERS: Mapping[str, tuple[str, str]] = {
    TASK: ("bpf_task_acquire", "bpf_task_release"),
    CGROUP: ("bpf_cgroup_acquire", "bpf_cgroup_release"),
}

HANDLES: Mapping[str, Handle] = {
    TASK: Handle(
        holder=TASK,
        id="s32",
        acquire="bpf_task_from_pid",
        release="bpf_task_release",
        passed="{h}",
        untrusted="bpf_get_current_task_btf()->last_wakee",
    ),
    CSS: Handle(
        holder=CGROUP,
        id="u64",
        acquire="bpf_cgroup_from_id",
        release="bpf_cgroup_release",
        passed="&{h}->self",
        untrusted="{h}->self.parent",
    ),
    CGROUP: Handle(
        holder=CGROUP,
        id="u64",
        acquire="bpf_cgroup_from_id",
        release="bpf_cgroup_release",
        passed="{h}",
        untrusted="{h}->old_dom_cgrp",
    ),
}

# fields of include/linux/sched.h, include/linux/mm_types.h and include/linux/fs.h; the last changed in 6.13
OF_SELF = Count("self->usage.refs.counter")
OF_MM = Count("self->mm->mm_users.counter")
OF_PROGRAM = (
    Count("self->mm->exe_file->f_count.counter", Range.parse("-6.12")),
    Count("self->mm->exe_file->f_ref.refcnt.counter", Range.parse("6.13-")),
)

CGROUPS_SEEN = Fixture(
    name="cgroups",
    element=CSS,
    handles=frozenset({CSS, CGROUP}),
    identity="pos->cgroup->kn->id",
    oracles=CGROUPS,
    template="selftests/cgroups.c.j2",
    headers=("fcntl.h", "cgroup_helpers.h"),
    stage=PrototypeFixture(
        "pos->cgroup->kn->name", "prototype/fixture_cgroups.c.j2", "prototype/label_cgroups.c.j2"
    ),
    holder=CGROUP,
    keep="pos->cgroup",
    kept=Range.parse("7.3-"),  # BTF_TYPE_SAFE_RCU(struct cgroup_subsys_state), kernel/bpf/verifier.c
)

FIXTURES = (
    Fixture(
        name="tasks",
        element=TASK,
        handles=frozenset({TASK, ""}),
        identity="pos->pid",
        oracles=TASKS,
        template="selftests/tasks.c.j2",
        headers=("dirent.h", "signal.h", "sys/syscall.h", "sys/wait.h"),
        stage=PrototypeFixture("pos->comm", "prototype/fixture_tasks.c.j2", "prototype/label_tasks.c.j2"),
        walks=100,
        holder=TASK,
        keep="pos",
        references=(OF_SELF,),
        ordered=False,
    ),
    CGROUPS_SEEN,
    replace(
        CGROUPS_SEEN,
        element=CGROUP,
        identity="pos->kn->id",
        stage=replace(CGROUPS_SEEN.stage, label="pos->kn->name"),
        keep="pos",
        kept=Range(),
    ),
    Fixture(
        name="members",
        element=TASK,
        handles=frozenset({CSS, CGROUP}),
        identity="pos->pid",
        oracles=MEMBERS,
        template="selftests/members.c.j2",
        headers=("signal.h", "sys/wait.h", "cgroup_helpers.h"),
        stage=PrototypeFixture("pos->comm", "prototype/fixture_members.c.j2", "prototype/label_tasks.c.j2"),
        walks=100,
        references=(OF_SELF,),
        ordered=False,
        start=("add_guest_cgroup", "remove_guest_cgroup"),
    ),
    Fixture(
        name="vmas",
        element="struct vm_area_struct *",
        handles=frozenset({TASK}),
        identity="pos->vm_start",
        oracles=VMAS,
        template="selftests/vmas.c.j2",
        headers=("signal.h", "sys/mman.h", "sys/wait.h"),
        stage=PrototypeFixture("", "prototype/fixture_vmas.c.j2", "prototype/label_vmas.c.j2"),
        walks=100,
        references=(OF_SELF, OF_MM, *OF_PROGRAM),
        start=("add_guest_process", "remove_guest_process"),
        bare="2",
        place="addr",
    ),
    Fixture(
        name="slab_caches",
        element="struct kmem_cache *",
        handles=frozenset({""}),
        identity="name_of(pos->name)",
        naming="pos->name",
        oracles=SLAB_CACHES,
        template="selftests/slab_caches.c.j2",
        headers=(),
        stage=PrototypeFixture(
            "pos->name", "prototype/fixture_nothing.c.j2", "prototype/label_slab_caches.c.j2"
        ),
        walks=100,
        references=(Count("pos->refcount"),),
        comes=False,
    ),
    Fixture(
        name="dma_bufs",
        element="struct dma_buf *",
        handles=frozenset({""}),
        identity="pos->file->f_inode->i_ino",
        oracles=DMA_BUFS,
        template="selftests/dma_bufs.c.j2",
        headers=("fcntl.h", "linux/udmabuf.h", "sys/ioctl.h", "sys/mman.h", "sys/mount.h", "sys/stat.h"),
        stage=PrototypeFixture(
            "pos->exp_name", "prototype/fixture_dma_bufs.c.j2", "prototype/label_dma_bufs.c.j2"
        ),
        walks=20,
    ),
)

# what is in the iterator's own state: the spec's own cases say which numbers these are
NUMBERS = Fixture(
    name="numbers",
    element="",
    handles=frozenset(),
    identity="*pos",
    oracles={},
    template="selftests/numbers.c.j2",
    headers=(),
    stage=PrototypeFixture("", "prototype/fixture_nothing.c.j2", "prototype/label_numbers.c.j2"),
    comes=False,
)


def objects(it: Spec) -> tuple[str, ...]:
    """The types of the kernel objects that new() takes, and that a test program can come by."""
    return tuple(a.type for a in it.arguments if a.type in HANDLES)


def fixture_of(it: Spec) -> Fixture | None:
    """The surroundings of the elements, where they are known.

    Code that lives inside a file walks what only its neighbours know, unless an object or an
    expectation says otherwise.
    """
    if it.lifetime == "state":
        return NUMBERS
    origin = next(iter(objects(it)), "")
    found = next((w for w in FIXTURES if w.element == it.element and origin in w.handles), None)
    return found if origin or not it.place.inside or expectations(it) else None


def fixture_like(it: Spec) -> Fixture | None:
    """The surroundings, or else some of elements of the same type: what is alike in all of these counts."""
    return fixture_of(it) or next((w for w in FIXTURES if w.element == it.element), None)


def expectations(it: Spec) -> frozenset[str]:
    """What user space is said to see, of any walk and any flag."""
    of_flags = (v.expect for a in it.arguments for v in (*a.bits, *a.combinations))
    return frozenset({*of_flags, *(case.expect for case in it.cases)} - {""})
