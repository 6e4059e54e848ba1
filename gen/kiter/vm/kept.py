# SPDX-License-Identifier: GPL-2.0-only
"""A guest that exists already: booted once, kept with its memory, and resumed from there by each run.

It waits for its job, which it gets through a channel that is read anew. Its memory is a file that a run maps
privately, so that what a run does to it is gone afterwards, and a run reads no more of it than it needs.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import KiterError, environment
from kiter.regex import regex
from kiter.value_class import value_class
from kiter.vm import qemu
from kiter.vm.command import Command
from kiter.vm.qemu import Accelerator, Exit, Machine

MEMORY, DEVICES = "memory", "devices"  # the files of a guest
PATIENCE = 10.0  # for the first word of one that is resumed, which takes 0.2 s where the host is not busy
SAVING = 60.0  # for writing one
# the memory is a file already: the monitor must not write it a second time
SHARED = "migrate_set_capability x-ignore-shared on\n"
SAVE = f'{SHARED}migrate "exec:cat > {DEVICES}"\ninfo migrate\nquit\n'
RESUME = f'{SHARED}migrate_incoming "exec:cat {DEVICES}"\n'
SAVED = "Migration status: completed"
# what this QEMU cannot do on any day; that the host is short of memory or space is true of that run alone
_LACKS = regex(
    r"^(?!.*: warning: ).*(?:non-migratable|no such property|Property '.*' not found|is not a valid"
    r"|[Ii]nvalid option|(?<!Operation )not supported)"
)


@value_class
class Kept:
    """A guest of the cache, or why there is none.

    folder: where its memory and its devices are
    why: the reason, if there is none
    """

    folder: Path | None
    why: str = ""


def save_command(machine: Machine, accel: Accelerator, folder: Path) -> Command:
    """The command that boots a machine whose memory is a file in that folder; it gets no job."""
    return _command(machine, accel, "ringbuf,id=job", folder, "share=on")


def resume_command(machine: Machine, accel: Accelerator, folder: Path) -> Command:
    """The command that goes on with the guest in that folder, and gives it its job."""
    job = qemu.from_file("job", machine.job)
    return _command(machine, accel, job, folder, "share=off", "-incoming", "defer")


def _command(machine: Machine, accel: Accelerator, job: str, folder: Path, share: str, *more: str) -> Command:
    memory = f"memory-backend-file,id=ram,size={machine.memory}M,mem-path={MEMORY},{share}"
    options = ("-M", "q35,memory-backend=ram", "-object", memory, "-monitor", "stdio", *more)
    return qemu.machine_command(machine, accel, qemu.Board(options, job, folder))


def key(machine: Machine, accel: Accelerator, cache: Cache) -> str:
    """What a guest depends on: the kernel, what it starts with, QEMU and how it is called."""
    images = (cache.digests.of(str(file)) for file in (machine.kernel, machine.initrd))
    how = (*accel.arguments, str(machine.memory), str(machine.cpus), *machine.append)
    emulator = tools.require(machine.arch.qemu).identity
    return key_of("guest", code_of(__name__), emulator, *images, *how, _host(accel))


def _host(accel: Accelerator) -> str:
    """Which CPU a guest was booted on, where it sees that of the host."""
    if accel != qemu.KVM:
        return ""
    return Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]


def guest(machine: Machine, accel: Accelerator, cache: Cache) -> Kept:
    """The guest of a machine, booted and kept if there is none yet; others that want it wait meanwhile."""
    name = key(machine, accel, cache)
    if known := _known(name, cache):
        return known
    try:
        with cache.build_folder("guest", name):
            return _known(name, cache) or Kept(
                cache.made("guest", name, lambda work: _save(machine, accel, work))
            )
    except KiterError as problem:
        (found,) = problem.diagnostics
        said = found.reason.splitlines()
        if lacks := next(filter(_LACKS.search, said), ""):
            cache.store("no-guest", name, lacks)
        return Kept(None, lacks or (said[-1] if said else found.message))
    except OSError as problem:
        return Kept(None, f"no guest can be kept: {problem.strerror}")


def _known(name: str, cache: Cache) -> Kept | None:
    if (known := cache.load("guest", name)) and known.made:
        return Kept(known.made)
    refused = cache.load("no-guest", name)
    return Kept(None, str(refused.value)) if refused else None


def _save(machine: Machine, accel: Accelerator, work: Path) -> tuple[str, ...]:
    """Boots a machine and writes it to a folder once it waits for its job; raises R22 where that fails."""
    with tempfile.TemporaryDirectory(prefix="kiter-") as aside, tempfile.TemporaryFile("w+") as said:
        there = replace(machine, console=Path(aside) / "console", results=Path(aside) / "results")
        cmd = save_command(there, accel, work)
        with subprocess.Popen(
            cmd.argv, stdin=subprocess.PIPE, stdout=said, stderr=said, cwd=cmd.cwd
        ) as process:
            try:
                saved = _when_ready(process, there)
            finally:
                process.kill()
        said.seek(0)
        words = said.read()
    if not saved or SAVED not in words:
        complaints = [line for line in words.splitlines() if line.startswith((f"{qemu.QEMU}: ", "Error: "))]
        raise environment("R22", "the state of a guest cannot be saved", "\n".join(complaints))
    return ()


def _when_ready(process: subprocess.Popen[bytes], machine: Machine) -> bool:
    """Has the monitor write the guest once that waits for its job, and end QEMU; False if it does not."""
    until = time.monotonic() + qemu.PATIENCE
    while not qemu.words(machine):
        if time.monotonic() > until or qemu.ended_within(process, 0.02):
            return False
    assert process.stdin is not None
    process.stdin.write(SAVE.encode())
    process.stdin.flush()
    return qemu.ended_within(process, SAVING)


def resume(machine: Machine, accel: Accelerator, folder: Path, deadline: float) -> Exit:
    """Goes on with the guest in that folder until it powers off or a deadline passes, like qemu.boot()."""
    return qemu.run(resume_command(machine, accel, folder), machine, deadline, PATIENCE, RESUME)


def forget(machine: Machine, accel: Accelerator, cache: Cache) -> None:
    """The next run makes a new one."""
    cache.forget("guest", key(machine, accel, cache))
