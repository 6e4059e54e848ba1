# SPDX-License-Identifier: GPL-2.0-only
"""The types of programs that the tests are made of: where one stands, and how it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiter.fixtures.handle import Hook
from kiter.fixtures.known import hooked
from kiter.lower import programs
from kiter.lower.context import LoweringContext
from kiter.lower.view_class import view_class


@view_class()
class Host:
    """Where the programs that walk stand, and those that the verifier must refuse."""

    section: str  # the argument of SEC()
    # whether the verifier lets one sleep, so that RCU protects nothing unless it says so
    sleepable: bool = False
    # whether one must be attached, which then returns 0 alone, and runs whoever comes along
    attached: bool = False
    # whether it is run with a packet
    packet: bool = False
    # C of user space that has an attached one run, "" if that runs a program by itself
    trigger: str = ""
    # headers that a test includes for that
    headers: tuple[str, ...] = ()


# Those that can be run, the best first. bpf_fentry_test1() is in bpf_test_modify_return_ids as KF_SLEEPABLE,
# and run by bpf_prog_test_run_tracing(): net/bpf/test_run.c; bpf_lsm_task_prctl() is in sleepable_lsm_hooks,
# kernel/bpf/bpf_lsm.c: 6.12 and 7.3.
HOSTS: Mapping[str, Host] = {
    "syscall": Host("syscall", sleepable=True),
    "tracing": Host("fentry.s/bpf_fentry_test1", sleepable=True, attached=True),
    "lsm": Host(
        "lsm.s/task_prctl",
        sleepable=True,
        attached=True,
        trigger="prctl(PR_GET_DUMPABLE) < 0 ? -errno : 0",
        headers=("sys/prctl.h",),
    ),
    "sched_cls": Host("tc", packet=True),
    "xdp": Host("xdp", packet=True),
    "cgroup_skb": Host("cgroup_skb/egress", packet=True),
}
# where a program of a type can be loaded without any preparation
LOADED: Mapping[str, str] = {
    "tracing": "tp_btf/task_newtask",
    "lsm": "lsm/file_open",
    "iter": "iter/task",
    "xdp": "xdp",
    "sched_cls": "tc",
    "cgroup_skb": "cgroup_skb/egress",
}
# the same of one that only a struct of operations calls, which stands beside it
OPERATIONS: Mapping[str, str] = {"struct_ops": "struct_ops"}
# and one that may sleep: kernel/bpf/verifier.c, can_be_sleepable(), 6.12 and later
ASLEEP: Mapping[str, str] = {"tracing": "iter.s/task", "lsm": "lsm.s/file_open"}


def hook_of(ctx: LoweringContext) -> Hook | None:
    """Where programs are handed an object, if they are."""
    return next((hook for _, hook in hooked(ctx.it)), None)


def host(ctx: LoweringContext) -> Host:
    """That of one iterator: where it is handed an object, or a type that its set is registered for."""
    if hook := hook_of(ctx):
        return Host(hook.section, sleepable=hook.sleepable, attached=True)
    kinds = ctx.it.programs or HOSTS
    return next((found for kind, found in HOSTS.items() if kind in kinds), HOSTS["syscall"])


def loadable(ctx: LoweringContext) -> Mapping[str, str]:
    """The sections of programs that may call the iterator if their types may, by these."""
    return ASLEEP if ctx.it.context.sleepable else LOADED


def admitted(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The types that may call new(), of a set and of a list, each with a section that is not the host's."""
    sections = ASLEEP if ctx.it.context.sleepable else {**LOADED, **OPERATIONS}
    for kind in dict.fromkeys((*ctx.it.programs, *ctx.it.context.allow)):
        if kind in sections and sections[kind] != host(ctx).section:
            yield kind, sections[kind]


def barred(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The types that the set is not for, none of which may call new(), each with a section."""
    given = programs.admitted(ctx.it, ctx.profile)
    for kind, section in LOADED.items() if ctx.it.programs else ():
        if kind not in given and not (kind in programs.PARTS and "tracing" in given):
            yield kind, section


def unlisted(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The types that the verifier's list does not have, each with a section in which no program may sleep."""
    allow = ctx.it.context.allow
    given = programs.shared(ctx.it.programs or LOADED, ctx.profile)
    for kind, section in LOADED.items():
        if allow and kind not in allow and kind in given:
            yield kind, section
