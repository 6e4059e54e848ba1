# SPDX-License-Identifier: GPL-2.0-only
"""What a session is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from kiter.kernel.kernels import Kernel
from kiter.value_class import value_class
from kiter.vm.module import Module
from kiter.vm.programs import Program
from kiter.vm.runner import Test


@value_class
class VmJob:
    """What to run: the sources, and the kernel that judges them.

    kernel: what is booted
    modules: the sources of kernel modules
    programs: those of BPF programs
    tests: those of their tests
    headers: what both include, by the path below the selftests
    types: what vmlinux.h would have beside it if the kernel had the iterators
    declarations: what bpf_experimental.h would
    only: selects tests and subtests ("css/walk*")
    limit: the seconds that one subtest may take in the guest
    deadline: the seconds that the whole boot may take
    """

    kernel: Kernel
    modules: tuple[Module, ...] = ()
    programs: tuple[Program, ...] = ()
    tests: tuple[Test, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    types: str = ""
    declarations: str = ""
    only: str = ""
    limit: int = 20
    deadline: float = 90.0


@value_class
class Options:
    """How to run it: `keep` is a folder that gets everything, `shell` leaves one in the guest."""

    keep: Path | None = None
    shell: bool = False
    memory: int = 512
    cpus: int = 2


def job_file(job: VmJob, shell: bool) -> str:
    """What the guest's first process is told, a word and its value on each line."""
    lines = [f"module /modules/{m.name}.ko" for m in job.modules]
    lines += [f"limit {job.limit}"]
    lines += [f"only {job.only}"] if job.only else []
    lines += ["shell"] if shell else []
    return "\n".join(lines) + "\n"
