# SPDX-License-Identifier: GPL-2.0-only
"""From sources to verdicts: what can be built side by side is, then one boot runs everything."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from kiter import tools
from kiter.cache.store import Cache
from kiter.errors import Diagnostic, KiterError, environment
from kiter.kernel import toolchain
from kiter.kernel.arch import own
from kiter.kernel.kernels import Kernel
from kiter.value_class import value_class
from kiter.vm import first, initramfs, kept, qemu, registration, repro, userland
from kiter.vm.harnesses import OWN, Clock, Guest, Harness, Step
from kiter.vm.image import bootable, vmlinux_path
from kiter.vm.job import Options, VmJob, job_file
from kiter.vm.module import build_modules
from kiter.vm.results import GuestReport, Outcome, console_tail, read_report

# the kernel patches its own code by way of breakpoints, which QEMU 7.2 translates and may run later
MISTRANSLATED = b"Oops: int3:"
AGAIN = 3  # how often a guest that QEMU broke is booted anew


@value_class
class VmResult:
    """The verdicts, with everything needed to tell a person."""

    report: GuestReport  # what the guest told
    accelerator: qemu.Accelerator  # what QEMU ran it with
    steps: tuple[Step, ...]  # how long each part took
    seconds: float  # how long all of it took
    console: str  # the text of the guest's console
    booted: str = ""  # why a guest was booted although one might have been resumed
    refusals: tuple[Diagnostic, ...] = ()  # which rule each module that was refused broke
    folder: Path | None = None  # where everything was kept, None if it was not

    @property
    def outcome(self) -> Outcome:
        """The worst that happened."""
        return self.report.outcome


def _silent(_name: str) -> None:
    pass


@value_class
class _Built:
    kernel: Path
    initrd: Path
    modules: dict[str, Path]
    guest: Guest


def _modules(job: VmJob, cache: Cache, clock: Clock) -> dict[str, Path]:
    with clock.step("modules"):
        return build_modules(job.kernel.headers, job.modules, cache)


def _build(job: VmJob, harness: Harness, cache: Cache, clock: Clock) -> _Built:
    with ThreadPoolExecutor(4) as pool:
        image = pool.submit(bootable, job.kernel, cache)
        modules = pool.submit(_modules, job, cache, clock)
        pool.submit(qemu.accelerator_of, job.kernel.arch)
        initrd = pool.submit(first.archive, cache, userland.of(job.kernel))
        guest = pool.submit(harness.build, job, cache, clock)
        return _Built(image.result(), initrd.result(), modules.result(), guest.result())


def _archive(job: VmJob, built: _Built, options: Options) -> bytes:
    files = {"job": job_file(job, options.shell).encode()}
    files |= {f"modules/{name}.ko": ko.read_bytes() for name, ko in built.modules.items()}
    programs = {"runner": built.guest.runner, **built.guest.files}
    if options.shell:
        programs["bin/busybox"] = Path(tools.require("busybox").path)
    files |= {name: path.read_bytes() for name, path in programs.items()}
    return initramfs.pack(files, frozenset(programs))


def _machine(kernel: Kernel, image: Path, initrd: Path, folder: Path, options: Options) -> qemu.Machine:
    return qemu.Machine(
        arch=kernel.arch,
        search=toolchain.search(kernel.headers) if kernel.arch != own() else None,
        kernel=image,
        initrd=initrd,
        job=folder / "job.cpio",
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
    cache: Cache | None = None,
    harness: Harness = OWN,
) -> VmResult:
    """Builds what the cache lacks, boots once, and returns what happened.

    `listen` is called with the name of each step when it begins. Raises KiterError if a source
    does not compile or a tool is missing; whatever happens in the guest is a result.
    """
    options = options or Options()
    cache = cache or Cache()
    began = time.monotonic()
    clock = Clock(listen)
    built = _build(job, harness, cache, clock)
    folder = Path(tempfile.mkdtemp(prefix="kiter-"))
    try:
        machine = _machine(job.kernel, built.kernel, built.initrd, folder, options)
        machine.job.write_bytes(_archive(job, built, options))
        ran = _run(machine, job.deadline, cache, clock)
        ended = ran.ended
        console = _read(machine.console).decode("utf-8", "replace")
        events = harness.events(job, _read(machine.results))
        report = read_report(events, console, job.deadline if ended.killed else 0.0)
        if options.keep:
            place = options.keep.absolute()
            _keep(place, job, built, machine)
            harness.lay(place, job, cache)
            there = _machine(job.kernel, built.kernel, place / built.initrd.name, place, options)
            (place / repro.SCRIPT).write_text(_script(place, job, there, harness, cache))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return VmResult(
        report=report,
        accelerator=ran.accelerator,
        steps=tuple(clock.steps),
        seconds=time.monotonic() - began,
        console=console,
        booted=ran.booted,
        refusals=tuple(_refusals(job, report, built)),
        folder=options.keep,
    )


def nothing(kernel: Kernel) -> VmResult:
    """The result where there is nothing to run."""
    report = replace(read_report(b"", ""), release=kernel.release, complete=True)
    return VmResult(report, qemu.Accelerator("none", ()), (), 0.0, "")


@value_class
class _Ran:
    """How it ran: with what, how it ended, and why it was booted if it was not resumed."""

    accelerator: qemu.Accelerator
    ended: qemu.Exit
    booted: str = ""


def _run(machine: qemu.Machine, deadline: float, cache: Cache, clock: Clock) -> _Ran:
    """Resumes the guest that is kept, or boots one; with a shell it boots, so that all of it is seen."""
    accel, why = qemu.accelerator_of(machine.arch), ""
    if not machine.shell and machine.arch == own():
        with clock.step("guest"):
            there = kept.guest(machine, accel, cache)
        why = there.why
        if there.folder:
            with clock.step("tests"):
                ended = kept.resume(machine, accel, there.folder, deadline)
            if _came_up(machine, accel, ended):
                return _Ran(accel, ended)
            kept.forget(machine, accel, cache)
            why = ended.stderr.partition("\n")[0] or "the one that was kept does not go on"
    with clock.step("boot and tests"):
        return _Ran(*_boot(machine, deadline), why)


def _came_up(machine: qemu.Machine, accel: qemu.Accelerator, ended: qemu.Exit) -> bool:
    return bool(qemu.words(machine)) and not _broken(machine, accel, ended)


def _boot(machine: qemu.Machine, deadline: float) -> tuple[qemu.Accelerator, qemu.Exit]:
    """Boots, and anew where it was not the guest's doing; raises an environment error if it never came up."""
    accel = qemu.accelerator_of(machine.arch)
    ended = qemu.boot(machine, accel, deadline)
    if accel == qemu.KVM and ended.mute and not _read(machine.console):
        # there are hosts where firmware runs under KVM and a kernel stands still at once
        accel = qemu.tcg("a kernel says nothing under it")
        ended = qemu.boot(machine, accel, deadline)
    for again in range(AGAIN):
        if not _broken(machine, accel, ended):
            return accel, ended
        ended = qemu.boot(machine, accel, deadline, qemu.PATIENCE * (again + 2))
    if ended.mute:
        tail = "\n".join(console_tail(_read(machine.console).decode("utf-8", "replace")))
        raise environment("R21", f"the guest did not come up in {AGAIN + 1} boots", reason=tail)
    return accel, ended


def _broken(machine: qemu.Machine, accel: qemu.Accelerator, ended: qemu.Exit) -> bool:
    """Whether QEMU, not the guest, is to blame: nothing of the job runs before the guest's first word."""
    # one CPU ran a stale translation of code that another had just patched
    return ended.mute or (accel != qemu.KVM and MISTRANSLATED in _read(machine.console))


def _refusals(job: VmJob, report: GuestReport, built: _Built) -> Iterator[Diagnostic]:
    for load in report.modules:
        if not load.errno:
            continue
        findings: list[registration.Finding] = []
        # the explanation is an extra: it must not hide the verdict
        with contextlib.suppress(KiterError, OSError):
            findings = registration.check_module(built.modules[load.name], job.kernel.btf)
        yield from registration.explain(load.errno, load.messages, findings, f"{load.name}.c")


def _keep(place: Path, job: VmJob, built: _Built, machine: qemu.Machine) -> None:
    shutil.copytree(machine.job.parent, place, dirs_exist_ok=True)
    shutil.copy(machine.initrd, place)
    files = {f"guest/{name}": path for name, path in built.guest.files.items()}
    files |= {path.name: path for path in built.modules.values()} | {"runner": built.guest.runner}
    for name, path in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / name)
    repro.lay_modules(place, job)


def _script(place: Path, job: VmJob, machine: qemu.Machine, harness: Harness, cache: Cache) -> str:
    building = [*repro.module_commands(place, job), *harness.commands(place, job, cache)]
    return repro.script(building, qemu.boot_command(machine, qemu.accelerator_of(machine.arch)))


def dry_run(
    job: VmJob, options: Options | None = None, cache: Cache | None = None, harness: Harness = OWN
) -> str:
    """The exact commands of a session as a shell script; nothing is built and nothing booted.

    They refer to the folder of `options.keep`, which a run with it fills.
    """
    options = options or Options()
    cache = cache or Cache()
    folder = (options.keep or Path("kiter-work")).absolute()
    image = job.kernel.image if job.kernel.arch.direct else vmlinux_path(job.kernel.image, cache)
    machine = _machine(job.kernel, image, folder / "initrd.cpio", folder, options)
    return _script(folder, job, machine, harness, cache)
