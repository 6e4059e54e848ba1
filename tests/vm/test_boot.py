# SPDX-License-Identifier: GPL-2.0-only
"""A guest that QEMU breaks is booted anew; one that says nothing is no verdict on an iterator."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel.kernels import installed
from kiter.vm import initramfs, qemu, session
from kiter.vm.command import Command
from kiter.vm.image import vmlinux

ENDED = qemu.Exit(0, 1.0, killed=False, stderr="")
MUTE = qemu.Exit(-9, 30.0, killed=True, stderr="", mute=True)


@pytest.fixture
def machine(tmp_path: Path) -> qemu.Machine:
    return qemu.Machine(tmp_path, *(tmp_path / name for name in ("initrd", "job", "console", "results")))


def boots(monkeypatch: pytest.MonkeyPatch, what: Iterable[tuple[bytes, qemu.Exit]]) -> list[float]:
    """Has QEMU do that, boot by boot, under emulation; how long each was given for its first word."""
    todo, patience = iter(what), []

    def boot(given: qemu.Machine, _: object, __: float, first: float = qemu.PATIENCE) -> qemu.Exit:
        said, ended = next(todo)
        given.console.write_bytes(said)
        patience.append(first)
        return ended

    monkeypatch.setattr(qemu, "boot", boot)
    monkeypatch.setattr(qemu, "accelerator", lambda: qemu.tcg("a test"))
    return patience


@pytest.mark.parametrize("broken", [(b"[  2.7] Oops: int3: 0000 [#1] SMP\n", ENDED), (b"", MUTE)])
def test_guest_that_qemu_broke_is_booted_again(machine, monkeypatch, broken):
    patience = boots(monkeypatch, [broken, broken, (b"all is well\n", ENDED)])
    assert session._boot(machine, 90)[1] is ENDED
    assert machine.console.read_bytes() == b"all is well\n"
    assert patience == [30, 60, 90]


def test_guest_that_never_comes_up_is_the_environments_fault(machine, monkeypatch):
    boots(monkeypatch, [(b"[    0.1] Booting\n", MUTE)] * (session.AGAIN + 1))
    with pytest.raises(KiterError) as error:
        session._boot(machine, 90)
    (found,) = error.value.diagnostics
    assert (found.code, found.reason) == ("R21", "Booting")


@pytest.mark.parametrize(
    ("does", "starts"),
    [("sleep 1.5; echo no machine >&2; exit 1", False), ("echo early > {console}; exit 1", True)],
)
def test_a_qemu_that_does_not_start_is_told_by_what_was_said(machine, monkeypatch, does, starts):
    """However long it takes to find out."""
    run = Command(("sh", "-c", does.format(console=machine.console)))
    monkeypatch.setattr(qemu, "boot_command", lambda *_: run)
    if starts:
        assert qemu.boot(machine, qemu.tcg("a test"), deadline=60).status == 1
        return
    with pytest.raises(KiterError) as error:
        qemu.boot(machine, qemu.tcg("a test"), deadline=60)
    (found,) = error.value.diagnostics
    assert (found.code, found.reason) == ("R20", "no machine")


@pytest.mark.vm
@pytest.mark.xdist_group("vm")
def test_guest_that_says_nothing_is_told_from_one_that_hangs(tmp_path):
    """A real kernel, whose first process does nothing at all."""
    if not installed():
        pytest.skip("no kernel is installed")
    (tmp_path / "init.c").write_text("#include <unistd.h>\nint main(void) { for (;;) pause(); }\n")
    subprocess.run(["gcc", "-static", "-o", tmp_path / "init", tmp_path / "init.c"], check=True)
    initrd = tmp_path / "initrd"
    initrd.write_bytes(initramfs.pack({"init": (tmp_path / "init").read_bytes()}, frozenset({"init"})))
    kernel = vmlinux(installed()[-1].image, Cache())
    idle = qemu.Machine(kernel, initrd, *(tmp_path / name for name in ("job", "console", "results")))
    idle.job.touch()
    ended = qemu.boot(idle, qemu.accelerator(), deadline=math.inf, patience=5)
    assert ended.killed
    assert ended.mute
