# SPDX-License-Identifier: GPL-2.0-only
"""From sources to verdicts: what can be built side by side is, then one boot runs everything."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from kiter.errors import Diagnostic, KiterError
from kiter.vm import initramfs, keep, qemu, registration, tools
from kiter.vm.image import vmlinux, vmlinux_path
from kiter.vm.job import Options, VmJob, job_file
from kiter.vm.module import build_modules
from kiter.vm.programs import Interface, build_program, header_folder, vmlinux_header
from kiter.vm.results import GuestReport, Outcome, read_report
from kiter.vm.runner import build_runner, uapi_folder
from kiter.vm.store import Store, cache_root


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a session and the seconds it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class VmResult:
    """The verdicts, with everything needed to tell a person.

    `refusals` says of each module that was refused which rule it broke.
    """

    report: GuestReport
    accelerator: qemu.Accelerator
    steps: tuple[Step, ...]
    seconds: float
    console: str
    refusals: tuple[Diagnostic, ...] = ()
    folder: Path | None = None

    @property
    def outcome(self) -> Outcome:
        """The worst that happened."""
        return self.report.outcome


@dataclass(slots=True)
class _Clock:
    """Times steps, which may overlap, and tells a listener when one begins."""

    listen: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.listen(name)
        began = time.monotonic()
        yield
        self.steps.append(Step(name, time.monotonic() - began))


def _silent(_name: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Built:
    kernel: Path
    modules: dict[str, Path]
    runner: Path
    interface: Interface


def _runner(job: VmJob, interface: Interface, store: Store, clock: _Clock) -> Path:
    headers = header_folder(interface, store)
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        with clock.step("programs"):
            built = list(pool.map(lambda p: build_program(p, headers, store), job.programs))
        folders = {p.name: folder for p, folder in zip(job.programs, built, strict=True)}
        with clock.step("runner"):
            return build_runner(job.tests, folders, interface.uapi, store, pool)


def _modules(job: VmJob, store: Store, clock: _Clock) -> dict[str, Path]:
    with clock.step("modules"):
        return build_modules(job.kernel.headers, job.modules, store)


def _build(job: VmJob, store: Store, clock: _Clock) -> _Built:
    with ThreadPoolExecutor(4) as outer:
        image = outer.submit(vmlinux, job.kernel.image, store)
        modules = outer.submit(_modules, job, store, clock)
        outer.submit(qemu.accelerator)
        uapi = uapi_folder(job.kernel.headers, store)
        interface = Interface(vmlinux_header(job.kernel.btf, store), uapi, job.types, job.declarations)
        runner = outer.submit(_runner, job, interface, store, clock)
        return _Built(image.result(), modules.result(), runner.result(), interface)


def _initrd(job: VmJob, built: _Built, options: Options) -> bytes:
    files = {"init": built.runner.read_bytes(), "job": job_file(job, options.shell).encode()}
    files |= {f"modules/{name}.ko": ko.read_bytes() for name, ko in built.modules.items()}
    if options.shell:
        files["bin/busybox"] = Path(tools.find("busybox")).read_bytes()
    return initramfs.pack(files, frozenset({"init", "bin/busybox"}))


def _machine(kernel: Path, folder: Path, options: Options) -> qemu.Machine:
    return qemu.Machine(
        kernel=kernel,
        initrd=folder / "initrd.cpio",
        console=folder / "console.log",
        results=folder / "results.jsonl",
        memory=options.memory,
        cpus=options.cpus,
        shell=options.shell,
    )


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def run_session(
    job: VmJob,
    options: Options | None = None,
    listen: Callable[[str], None] = _silent,
    store: Store | None = None,
) -> VmResult:
    """Builds what the cache lacks, boots once, and returns what happened.

    `listen` is called with the name of each step when it begins. Raises KiterError if a source
    does not compile or a tool is missing; whatever happens in the guest is a result.
    """
    options = options or Options()
    store = store or Store(cache_root() / "vm")
    began = time.monotonic()
    clock = _Clock(listen)
    built = _build(job, store, clock)
    folder = Path(tempfile.mkdtemp(prefix="kiter-"))
    try:
        machine = _machine(built.kernel, folder, options)
        machine.initrd.write_bytes(_initrd(job, built, options))
        with clock.step("boot and tests"):
            accel, ended = _boot(machine, job.deadline)
        console = _read(machine.console).decode("utf-8", "replace")
        report = read_report(_read(machine.results), console, job.deadline if ended.killed else 0.0)
        if options.keep:
            _keep(options.keep.absolute(), folder, job, built, machine)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return VmResult(
        report=report,
        accelerator=accel,
        steps=tuple(clock.steps),
        seconds=time.monotonic() - began,
        console=console,
        refusals=tuple(_refusals(job, report, built)),
        folder=options.keep,
    )


def _boot(machine: qemu.Machine, deadline: float) -> tuple[qemu.Accelerator, qemu.Exit]:
    accel = qemu.accelerator()
    ended = qemu.boot(machine, accel, deadline)
    if accel == qemu.KVM and ended.killed and not _read(machine.console):
        # there are hosts where firmware runs under KVM and a kernel stands still at once
        accel = qemu.tcg("a kernel says nothing under it")
        ended = qemu.boot(machine, accel, deadline)
    return accel, ended


def _refusals(job: VmJob, report: GuestReport, built: _Built) -> Iterator[Diagnostic]:
    texts = {m.name: m.text for m in job.modules}
    for load in report.modules:
        if not load.errno:
            continue
        findings: list[registration.Finding] = []
        # the explanation is an extra: it must not hide the verdict
        with contextlib.suppress(KiterError, OSError):
            findings = registration.check_module(built.modules[load.name], job.kernel.btf, texts[load.name])
        yield from registration.explain(load.errno, load.messages, findings, f"{load.name}.c")


def _keep(place: Path, folder: Path, job: VmJob, built: _Built, machine: qemu.Machine) -> None:
    shutil.copytree(folder, place, dirs_exist_ok=True)
    for path in (*built.modules.values(), built.runner):
        shutil.copy(path, place)
    keep.lay(place, job, built.interface)
    there = replace(machine, initrd=place / "initrd.cpio", console=place / "console.log")
    there = replace(there, results=place / "results.jsonl")
    (place / keep.SCRIPT).write_text(keep.script(keep.commands(place, job, there, qemu.accelerator())))


def dry_run(job: VmJob, options: Options | None = None, store: Store | None = None) -> str:
    """The exact commands of a session as a shell script; nothing is built and nothing booted.

    They refer to the folder of `options.keep`, which a run with it fills.
    """
    options = options or Options()
    store = store or Store(cache_root() / "vm")
    folder = (options.keep or Path("kiter-work")).absolute()
    machine = _machine(vmlinux_path(job.kernel.image, store), folder, options)
    return keep.script(keep.commands(folder, job, machine, qemu.accelerator()))
