# SPDX-License-Identifier: GPL-2.0-only
"""What runs the tests in the guest: our own harness here, the kernel's test_progs in testprogs.py."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from kiter import tools
from kiter.cache.store import Cache
from kiter.kernel import vmlinux
from kiter.value_class import value_class
from kiter.vm import repro, userland
from kiter.vm.command import Command
from kiter.vm.job import VmJob
from kiter.vm.programs import Interface, build_program, folder_of, header_folder
from kiter.vm.runner import build_runner, uapi_folder


@value_class
class Step:
    """A part of a session and the seconds it took."""

    name: str
    seconds: float


@dataclass(slots=True)
class Clock:
    """Times steps, which may overlap, and tells a listener when one begins."""

    listen: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step, from here to the end of the `with`."""
        self.listen(name)
        began = time.monotonic()
        yield
        self.steps.append(Step(name, time.monotonic() - began))


@value_class
class Guest:
    """The first process of the guest, and the programs and libraries it needs by their path there."""

    runner: Path
    files: Mapping[str, Path]


class Harness(Protocol):
    """Builds what runs a job's tests, and makes its reports the ones that results.py reads."""

    def build(self, job: VmJob, cache: Cache, clock: Clock) -> Guest:
        """What the guest is given; raises KiterError if something does not build."""

    def events(self, job: VmJob, raw: bytes) -> bytes:
        """The events of the results channel, as results.py knows them."""

    def lay(self, folder: Path, job: VmJob, cache: Cache) -> None:
        """Writes the sources into a folder as the commands want them."""

    def commands(self, folder: Path, job: VmJob, cache: Cache) -> list[Command]:
        """The command lines that build the tests in that folder."""


@value_class
class OwnHarness:
    """The small one in harness/, which needs no kernel source."""

    def build(self, job: VmJob, cache: Cache, clock: Clock) -> Guest:
        """See Harness."""
        made, cc = _interface(job, cache), userland.of(job.kernel)
        headers = header_folder(made, cache)
        with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
            with clock.step("programs"):
                built = list(pool.map(lambda p: build_program(p, headers, cache, cc.arch), job.programs))
            folders = {p.name: folder for p, folder in zip(job.programs, built, strict=True)}
            with clock.step("runner"):
                includes = (made.uapi, folder_of(made.headers, cache))
                return Guest(build_runner(job.tests, folders, includes, cache, pool, cc=cc), {})

    def events(self, job: VmJob, raw: bytes) -> bytes:
        """See Harness."""
        return raw

    def lay(self, folder: Path, job: VmJob, cache: Cache) -> None:
        """See Harness."""
        repro.lay_tests(folder, job, _interface(job, cache))

    def commands(self, folder: Path, job: VmJob, cache: Cache) -> list[Command]:
        """See Harness."""
        return repro.test_commands(folder, job)


def _interface(job: VmJob, cache: Cache) -> Interface:
    uapi = uapi_folder(job.kernel.headers, cache)
    types = vmlinux.of_btf(job.kernel.btf, tools.require("bpftool"), cache)
    headers = {PurePosixPath(path).name: text for path, text in job.headers.items()}
    return Interface(types, uapi, job.types, job.declarations, headers)


OWN = OwnHarness()
