# SPDX-License-Identifier: GPL-2.0-only
"""QEMU: which accelerator works here, the command line, and a run with a deadline."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
from dataclasses import field
from functools import cache
from pathlib import Path

from kiter import tools
from kiter.errors import environment
from kiter.kernel.arch import Arch, own
from kiter.value_class import value_class
from kiter.vm.command import Command, command

NOT_NEEDED = ("jent_mod_init", "crypto_kdf108_init", "init_encrypted", "load_system_certificate_list")
KERNEL_ARGUMENTS = (
    *("loglevel=5", "panic=-1", "oops=panic", "mitigations=off", "nokaslr", "preempt=full"),
    # loading BPF programs waits for grace periods; nothing here needs them lazy
    *("rcupdate.rcu_expedited=1", "random.trust_cpu=on", "rdinit=/init"),
    # an emulated timer may be late on a busy host, which is no reason to panic
    "no_timer_check",
    # a quarter of a boot goes to ciphers that try themselves, and to certificates of modules
    *("cryptomgr.notests", f"initcall_blacklist={','.join(NOT_NEEDED)}"),
)


@value_class
class Accelerator:
    """`name` is KVM or TCG; `why` says why it is not KVM, or is empty."""

    name: str
    arguments: tuple[str, ...]
    why: str = ""


QEMU = "qemu-system-x86_64"
GRACE = 8.0  # for a guest that has reported a hang and is about to reset
PATIENCE = 30.0  # for the first word of a guest, which takes 2 to 4 s where the host is not busy
KVM = Accelerator("KVM", ("-accel", "kvm", "-cpu", "host"))
# a firmware of three instructions: mov dx, 0x501; mov al, 16; out dx, al
PROBE_CODE = bytes.fromhex("ba0105b010eef4")
PROBE_STATUS = 16 << 1 | 1


def tcg(why: str) -> Accelerator:
    """Emulation, and why not KVM."""
    return Accelerator("TCG", ("-accel", "tcg,thread=multi", "-cpu", "max"), why)


def accelerator_of(arch: Arch) -> Accelerator:
    """What runs a machine: no KVM runs another than that of the host."""
    if arch == own():
        return accelerator()
    return Accelerator("TCG", ("-accel", "tcg,thread=multi", "-cpu", arch.cpu), "it is another machine")


@cache
def accelerator() -> Accelerator:
    """KVM if code really runs in a virtual machine with it, else TCG with the reason."""
    device = Path("/dev/kvm")
    if not device.exists():
        return tcg("there is no /dev/kvm")
    if not os.access(device, os.R_OK | os.W_OK):
        return tcg("/dev/kvm may not be opened")
    # a nested KVM may be there and yet refuse the CPU: only running something tells
    why = _probe(KVM)
    return tcg(why) if why else KVM


def _probe(accel: Accelerator) -> str:
    """Why nothing runs under the accelerator, or "": a firmware must come to its third instruction."""
    with tempfile.NamedTemporaryFile(prefix="kiter-rom-") as rom:
        rom.write(bytes(0xFFF0) + PROBE_CODE + bytes(16 - len(PROBE_CODE)))
        rom.flush()
        argv = [tools.require(QEMU).path, "-M", "q35", *accel.arguments, "-nodefaults"]
        argv += ["-display", "none", "-bios", rom.name, "-device", "isa-debug-exit,iobase=0x501"]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=5, check=False)
        except subprocess.TimeoutExpired:
            return "nothing runs under it within 5 s"
    if done.returncode == PROBE_STATUS:
        return ""
    said = [line.partition(": ")[2] for line in done.stderr.splitlines() if ": " in line]
    return f"QEMU cannot use it ({said[0]})" if said else "QEMU cannot use it"


@value_class
class Machine:
    """What is booted."""

    kernel: Path  # its image
    initrd: Path  # the archive with the first process
    job: Path  # the archive that the first process gets, with what it goes on with
    console: Path  # the file that gets its console, unless it has a shell
    results: Path  # the file that gets the guest's events
    memory: int = 512  # in MiB
    cpus: int = 2  # how many
    shell: bool = False  # its console is the terminal, and it has no deadline
    append: tuple[str, ...] = ()  # further arguments of the kernel
    arch: Arch = field(default_factory=own)  # what it is
    search: str | None = None  # the folders that its emulator is looked up in, None for PATH


@value_class
class Board:
    """What one command for a machine has other than another for it."""

    options: tuple[str, ...]  # of the machine and its memory
    job: str  # the channel that the job comes from
    cwd: Path | None = None  # the folder that relative paths are in


def boot_command(machine: Machine, accel: Accelerator) -> Command:
    """The exact command that boots the machine."""
    return machine_command(machine, accel, Board(machine.arch.board, from_file("job", machine.job)))


def machine_command(machine: Machine, accel: Accelerator, board: Board) -> Command:
    """The command of the machine on a board."""
    console = "stdio,id=console,signal=off" if machine.shell else into_file("console", machine.console)
    return command(
        tools.require(machine.arch.qemu, machine.search),
        *(*board.options, "-smp", str(machine.cpus), "-m", str(machine.memory), *accel.arguments),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-chardev", console, "-serial", "chardev:console"),
        *("-device", "virtio-serial-pci", "-chardev", into_file("results", machine.results)),
        *("-device", "virtserialport,chardev=results,name=kiter"),
        *("-chardev", board.job, "-device", "virtserialport,chardev=job,name=job"),
        *("-kernel", machine.kernel, "-initrd", machine.initrd),
        *("-append", " ".join((f"console={machine.arch.console}", *KERNEL_ARGUMENTS, *machine.append))),
        cwd=board.cwd,
    )


def into_file(name: str, path: Path) -> str:
    """The channel whose words go into a file."""
    return f"file,id={name},path={_escaped(path)}"


def from_file(name: str, path: Path) -> str:
    """The channel whose words come out of a file: a pipe may be any file, and ends where that does."""
    return f"pipe,id={name},path={_escaped(path)}"


def _escaped(path: Path) -> str:
    return str(path).replace(",", ",,")


@value_class
class Exit:
    """How QEMU ended: its status, the seconds it took, whether a deadline killed it.

    `mute` says that it was killed before the guest's first process had said a word.
    """

    status: int
    seconds: float
    killed: bool
    stderr: str
    mute: bool = False


def boot(machine: Machine, accel: Accelerator, deadline: float, patience: float = PATIENCE) -> Exit:
    """Boots and waits until the guest powers off or a deadline passes, in seconds.

    `deadline` is for all of it, `patience` for the guest's first word. Raises an environment error
    if QEMU ends with an error before anything was said in the guest. With a shell there is no deadline.
    """
    ended = run(boot_command(machine, accel), machine, deadline, patience)
    if ended.status and not ended.killed and not (words(machine) or _read(machine.console)):
        raise environment("R20", "QEMU does not start", reason=ended.stderr)
    return ended


def run(cmd: Command, machine: Machine, deadline: float, patience: float, monitor: str = "") -> Exit:
    """Runs QEMU on a machine until the guest powers off or a deadline passes, see boot().

    `monitor` is what its monitor is told, where it has one on its standard input.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as stderr, tempfile.TemporaryFile("w+") as said:
        said.write(monitor)
        said.seek(0)
        streams = (None, None) if machine.shell else (said, subprocess.DEVNULL)
        with subprocess.Popen(
            cmd.argv, stdin=streams[0], stdout=streams[1], stderr=stderr, cwd=cmd.cwd
        ) as qemu:
            killed = not _wait(qemu, machine, None if machine.shell else (began + patience, began + deadline))
        stderr.seek(0)
        said_last = stderr.read().strip()
    return Exit(
        qemu.returncode, time.monotonic() - began, killed, said_last, mute=killed and not words(machine)
    )


def _wait(qemu: subprocess.Popen[bytes], machine: Machine, until: tuple[float, float] | None) -> bool:
    """False if it had to be killed, as it is on any way out of here.

    `until` is the time by which it must have said its first word, and its last.
    """
    try:
        while until is None or time.monotonic() < until[bool(words(machine))]:
            if ended_within(qemu, 0.5):
                return True
            if until and b'"event":"hang"' in words(machine):
                # the guest wants to reset itself, which may hang, too
                return ended_within(qemu, GRACE)
        return False
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()


def ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a process ends within so many seconds, which is known as soon as it does."""
    # Popen.wait() with a timeout looks every 50 ms only
    handle = os.pidfd_open(process.pid)
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def words(machine: Machine) -> bytes:
    """What a guest has told so far."""
    return _read(machine.results)


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""
