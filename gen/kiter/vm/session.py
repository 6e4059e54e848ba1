# SPDX-License-Identifier: GPL-2.0-only
"""From sources to verdicts: what can be built side by side is, then one boot runs everything."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kiter.kernel.fetch import Kernel
from kiter.vm import initramfs, qemu, tools
from kiter.vm.image import vmlinux
from kiter.vm.module import Module, build_modules
from kiter.vm.programs import Interface, Program, build_program, header_folder, vmlinux_header
from kiter.vm.results import GuestReport, Outcome, read_report
from kiter.vm.runner import Test, build_runner, uapi_folder
from kiter.vm.store import Store, cache_root


@dataclass(frozen=True, slots=True)
class VmJob:
    """What to run: the sources, and the kernel that judges them.

    `only` selects tests and subtests ("css/walk*"); `limit` is what one subtest may take in the
    guest, `deadline` what the whole boot may take, both in seconds.
    """

    kernel: Kernel
    modules: tuple[Module, ...] = ()
    programs: tuple[Program, ...] = ()
    tests: tuple[Test, ...] = ()
    types: str = ""
    declarations: str = ""
    only: str = ""
    limit: int = 20
    deadline: float = 90.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to run it: `keep` is a folder that gets everything, `shell` leaves one in the guest."""

    keep: Path | None = None
    shell: bool = False
    memory: int = 512
    cpus: int = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a session and the seconds it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class VmResult:
    """The verdicts, with everything needed to tell a person."""

    report: GuestReport
    accelerator: qemu.Accelerator
    steps: tuple[Step, ...]
    seconds: float
    console: str
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


def _runner(job: VmJob, store: Store, pool: ThreadPoolExecutor, clock: _Clock) -> Path:
    uapi = uapi_folder(job.kernel.headers, store)
    interface = Interface(vmlinux_header(job.kernel.btf, store), job.types, job.declarations)
    headers = header_folder(interface, store)
    with clock.step("programs"):
        built = list(pool.map(lambda p: build_program(p, headers, store), job.programs))
    folders = {p.name: folder for p, folder in zip(job.programs, built, strict=True)}
    with clock.step("runner"):
        return build_runner(job.tests, folders, uapi, store, pool)


def _modules(job: VmJob, store: Store, clock: _Clock) -> dict[str, Path]:
    with clock.step("modules"):
        return build_modules(job.kernel.headers, job.modules, store)


def _build(job: VmJob, store: Store, clock: _Clock) -> _Built:
    workers = max(2, os.cpu_count() or 1)
    with ThreadPoolExecutor(3) as outer, ThreadPoolExecutor(workers) as pool:
        image = outer.submit(vmlinux, job.kernel.image, store)
        modules = outer.submit(_modules, job, store, clock)
        outer.submit(qemu.accelerator)
        runner = outer.submit(_runner, job, store, pool, clock)
        return _Built(image.result(), modules.result(), runner.result())


def job_file(job: VmJob, shell: bool) -> str:
    """What the guest's first process is told, a word and its value on each line."""
    lines = [f"module /modules/{m.name}.ko" for m in job.modules]
    lines += [f"limit {job.limit}"]
    lines += [f"only {job.only}"] if job.only else []
    lines += ["shell"] if shell else []
    return "\n".join(lines) + "\n"


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
        accel = qemu.accelerator()
        with clock.step("boot and tests"):
            ended = qemu.boot(machine, accel, job.deadline)
        console = _read(machine.console).decode("utf-8", "replace")
        report = read_report(_read(machine.results), console, job.deadline if ended.killed else 0.0)
        if options.keep:
            _keep(options.keep, folder, job, built)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return VmResult(report, accel, tuple(clock.steps), time.monotonic() - began, console, options.keep)


def _keep(keep: Path, folder: Path, job: VmJob, built: _Built) -> None:
    shutil.copytree(folder, keep, dirs_exist_ok=True)
    shutil.copy(built.runner, keep)
    sources: Sequence[tuple[str, str, str]] = [
        *(("", m.name, m.text) for m in job.modules),
        *(("progs", p.name, p.text) for p in job.programs),
        *(("prog_tests", t.name, t.text) for t in job.tests),
    ]
    for where, name, text in sources:
        (keep / where).mkdir(exist_ok=True)
        (keep / where / f"{name}.c").write_text(text)
    for path in built.modules.values():
        shutil.copy(path, keep)
