# SPDX-License-Identifier: GPL-2.0-only
"""What the selftests know of the kernel's objects: how to get one, name one, and see it from user space.

Every kfunc named here is open to SEC("syscall") programs in Linux 6.12 (kernel/bpf/helpers.c,
generic_btf_ids).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
class World:
    """The surroundings of one type of element.

    `identity` is the number that user space knows an element by; `keep` is what acquires one (as a
    `holder`) and gives it back, which the verifier allows only while the element is valid;
    `references` is how a program counts those on the running task, "" where user space counts what
    does not die, and `walks` how many walks make a leak stand out; `template` is the user-space
    half, `headers` are those that it needs.
    """

    name: str
    holder: str
    identity: str
    keep: tuple[str, str]
    references: str
    walks: int
    template: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """How a world is shown, and filled for a measurement, where the kernel alone has little of it.

    `label` is what the kernel calls the element `pos`, a C string; `setting` is the user-space half
    that makes elements and names where to start, `picture` the one that labels them its own way.
    """

    label: str
    setting: str
    picture: str


KSYMS: Mapping[str, str] = {
    "bpf_cgroup_acquire": "struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;",
    "bpf_cgroup_from_id": "struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;",
    "bpf_cgroup_release": "void bpf_cgroup_release(struct cgroup *cgrp) __ksym;",
    "bpf_task_acquire": "struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;",
    "bpf_task_from_pid": "struct task_struct *bpf_task_from_pid(s32 pid) __ksym;",
    "bpf_task_release": "void bpf_task_release(struct task_struct *p) __ksym;",
    "bpf_rcu_read_lock": "void bpf_rcu_read_lock(void) __ksym;",
    "bpf_rcu_read_unlock": "void bpf_rcu_read_unlock(void) __ksym;",
}

HANDLES: Mapping[str, Handle] = {
    "struct task_struct *": Handle(
        holder="struct task_struct *",
        id="s32",
        acquire="bpf_task_from_pid",
        release="bpf_task_release",
        passed="{h}",
        untrusted="bpf_get_current_task_btf()->last_wakee",
    ),
    "struct cgroup_subsys_state *": Handle(
        holder="struct cgroup *",
        id="u64",
        acquire="bpf_cgroup_from_id",
        release="bpf_cgroup_release",
        passed="&{h}->self",
        untrusted="{h}->self.parent",
    ),
}

WORLDS: Mapping[str, World] = {
    "struct task_struct *": World(
        name="tasks",
        holder="struct task_struct *",
        identity="pos->pid",
        keep=("bpf_task_acquire(pos)", "bpf_task_release"),
        references="bpf_get_current_task_btf()->usage.refs.counter",
        walks=100,
        template="selftests/tasks.c.j2",
        headers=("dirent.h", "signal.h", "sys/syscall.h", "sys/wait.h"),
    ),
    "struct cgroup_subsys_state *": World(
        name="cgroups",
        holder="struct cgroup *",
        identity="pos->cgroup->kn->id",
        keep=("bpf_cgroup_acquire(pos->cgroup)", "bpf_cgroup_release"),
        references="",
        walks=1,
        template="selftests/cgroups.c.j2",
        headers=("fcntl.h",),
    ),
}

STAGES: Mapping[str, Stage] = {
    "tasks": Stage("pos->comm", "prototype/stage_tasks.c.j2", "prototype/picture_tasks.c.j2"),
    "cgroups": Stage(
        "pos->cgroup->kn->name", "prototype/stage_cgroups.c.j2", "prototype/picture_cgroups.c.j2"
    ),
}


def stage_of(element: str) -> Stage | None:
    """How elements of a type are shown; None where user space has no picture of them."""
    world = WORLDS.get(element)
    return STAGES.get(world.name) if world else None


ORACLES: Mapping[str, frozenset[str]] = {
    "tasks": frozenset({"processes", "processes_from_task", "threads", "own_threads"}),
    "cgroups": frozenset({"preorder", "postorder", "ancestors", "children"}),
}
