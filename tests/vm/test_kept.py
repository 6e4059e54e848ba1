# SPDX-License-Identifier: GPL-2.0-only
"""A guest is booted once and resumed from the same state by each run; where it cannot be, a run boots."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.kernel.kernels import installed
from kiter.vm import first, initramfs, kept, qemu, session
from kiter.vm.command import Command
from kiter.vm.harnesses import Clock
from kiter.vm.image import vmlinux

ENDED = qemu.Exit(0, 1.0, killed=False, stderr="")
# says whether a run before it was here, and how long the guest has been up
RUNNER = r"""
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
	int fd = open("/dev/vport0p1", O_WRONLY);
	struct timespec up;

	clock_gettime(CLOCK_MONOTONIC, &up);
	dprintf(fd, "{\"event\":\"boot\",\"marked\":%d,\"up\":%ld}\n", !access("/tmp/mark", F_OK), up.tv_sec);
	close(open("/tmp/mark", O_CREAT | O_WRONLY, 0600));
	reboot(RB_AUTOBOOT);
}
"""


def machine(folder: Path, **more: Path) -> qemu.Machine:
    files = {name: folder / name for name in ("kernel", "initrd", "job", "console", "results")}
    return qemu.Machine(**(files | more))


# --- with a shell script for QEMU ---------------------------------------------------------------

GOOD = f"echo ready > $1; read a; touch {kept.MEMORY} {kept.DEVICES}; echo x >> $2/saved; echo {kept.SAVED}"
SILENT = "exit 1"
BUSY = (
    "echo 'qemu-system-x86_64: warning: a feature is not supported' >&2;"
    "echo 'qemu-system-x86_64: cannot set up guest memory: Cannot allocate memory' >&2; exit 1"
)
NO_PLACE = "echo 'qemu-system-x86_64: cannot map memory: Operation not supported' >&2; exit 1"
FULL = f"echo ready > $1; read a; touch {kept.MEMORY}; echo Migration status: failed"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Has QEMU do what the file says; the file `saved` beside it has a line for each guest."""
    does = tmp_path / "does"
    monkeypatch.setattr(
        kept,
        "save_command",
        lambda given, _, folder: Command(
            ("sh", "-c", does.read_text(), "sh", str(given.results), str(tmp_path)), folder
        ),
    )
    monkeypatch.setattr(qemu, "accelerator", lambda: qemu.tcg("a test"))
    yield does
    # nothing half made, nothing in the work folder
    assert not list((tmp_path / "cache/store/tmp").iterdir())


def guest(tmp_path: Path, cache: Cache) -> kept.Kept:
    return kept.guest(machine(tmp_path), qemu.tcg("a test"), cache)


def test_it_is_made_once_and_found_again(saves, tmp_path, cache):
    saves.write_text(GOOD)
    made = guest(tmp_path, cache)
    assert made.folder
    assert {file.name for file in made.folder.iterdir()} == {kept.MEMORY, kept.DEVICES}
    assert guest(tmp_path, Cache(tmp_path / "cache")) == made
    assert (tmp_path / "saved").read_text() == "x\n"


def test_of_two_runs_at_once_one_makes_it(saves, tmp_path):
    saves.write_text(f"sleep 0.2; {GOOD}")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: guest(tmp_path, Cache(tmp_path / "cache")), range(2))
    assert one == other
    assert (tmp_path / "saved").read_text() == "x\n"


@pytest.mark.parametrize("what", ["kernel", "initrd"])
def test_another_kernel_or_first_process_has_a_guest_of_its_own(saves, tmp_path, cache, what):
    saves.write_text(GOOD)
    before = guest(tmp_path, cache)
    (tmp_path / what).write_text("another")
    assert guest(tmp_path, cache).folder != before.folder


@pytest.mark.parametrize(
    "complaint",
    [
        "qemu-system-x86_64: no such property",
        "qemu-system-x86_64: Property 'q35.memory-backend' not found",
        "Error: State blocked by non-migratable CPU device (invtsc flag)",
    ],
)
def test_what_qemu_cannot_do_is_asked_once(saves, tmp_path, cache, complaint):
    saves.write_text(f"""echo "{complaint}" >&2; exit 1""")
    refused = guest(tmp_path, cache)
    assert refused == kept.Kept(None, complaint)
    saves.write_text(GOOD)
    assert guest(tmp_path, cache) == refused


@pytest.mark.parametrize("failure", [BUSY, NO_PLACE])
def test_what_the_host_could_not_give_is_tried_again(saves, tmp_path, cache, failure):
    saves.write_text(failure)
    refused = guest(tmp_path, cache)
    assert refused.folder is None and refused.why in failure
    saves.write_text(GOOD)
    assert guest(tmp_path, cache).folder


@pytest.mark.parametrize("failure", [SILENT, FULL])
def test_what_failed_without_a_reason_is_tried_again(saves, tmp_path, cache, failure):
    saves.write_text(failure)
    assert guest(tmp_path, cache) == kept.Kept(None, "the state of a guest cannot be saved")
    saves.write_text(GOOD)
    assert guest(tmp_path, cache).folder


def test_an_interrupted_run_leaves_no_guest_and_no_process(saves, tmp_path, cache, monkeypatch):
    saves.write_text("echo $$ > $2/pid; exec sleep 60")

    def interrupt(process: subprocess.Popen[bytes], _: qemu.Machine) -> bool:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert process.poll() is None
        raise KeyboardInterrupt

    monkeypatch.setattr(kept, "_when_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        guest(tmp_path, cache)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
    monkeypatch.undo()


@pytest.mark.parametrize("stderr", ["", "qemu-system-x86_64: Unknown savevm section"])
def test_a_run_boots_where_the_guest_does_not_go_on(saves, tmp_path, cache, monkeypatch, stderr):
    """And the next one makes another."""
    saves.write_text(GOOD)
    given = machine(tmp_path)
    before = guest(tmp_path, cache)
    dead = qemu.Exit(1, 0.1, killed=False, stderr=stderr)
    monkeypatch.setattr(kept, "resume", lambda *_: dead)
    monkeypatch.setattr(qemu, "boot", lambda *_: ENDED)
    ran = session._run(given, 60, cache, Clock(lambda _: None))
    assert ran.ended is ENDED
    assert ran.booted == stderr or "does not go on" in ran.booted
    assert guest(tmp_path, cache).folder == before.folder
    assert (tmp_path / "saved").read_text() == "x\nx\n"


# --- with QEMU ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> tuple[qemu.Machine, Cache, Path]:
    """A machine, and a guest of it that is kept."""
    if not installed():
        pytest.skip("no kernel is installed")
    folder, cache = tmp_path_factory.mktemp("kept"), Cache(tmp_path_factory.mktemp("cache"))
    (folder / "runner.c").write_text(RUNNER)
    subprocess.run(["gcc", "-static", "-o", folder / "runner", folder / "runner.c"], check=True)
    (folder / "job").write_bytes(
        initramfs.pack({"runner": (folder / "runner").read_bytes()}, frozenset({"runner"}))
    )
    given = machine(folder, kernel=vmlinux(installed()[-1].image, Cache()), initrd=first.archive(cache))
    there = kept.guest(given, qemu.accelerator(), cache)
    assert there.folder, there.why
    return given, cache, there.folder


def resumed(given: qemu.Machine, guest: Path, into: Path) -> tuple[dict[str, int], qemu.Exit]:
    into.mkdir()
    own = machine(into, kernel=given.kernel, initrd=given.initrd, job=given.job)
    ended = kept.resume(own, qemu.accelerator(), guest, deadline=60)
    return json.loads(own.results.read_text()), ended


@pytest.mark.vm
def test_each_run_starts_from_the_same_state_also_two_at_once(booted, tmp_path):
    given, _, guest = booted
    before = [(file, file.stat().st_mtime_ns) for file in guest.iterdir()]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda n: resumed(given, guest, tmp_path / str(n)), range(3)))
    assert [(said["marked"], ended.status) for said, ended in runs] == [(0, 0)] * 3
    assert len({said["up"] for said, _ in runs}) == 1
    assert [(file, file.stat().st_mtime_ns) for file in guest.iterdir()] == before


@pytest.mark.vm
def test_a_guest_of_another_machine_is_not_gone_on_with(booted, tmp_path):
    given, _, guest = booted
    other = qemu.Machine(given.kernel, given.initrd, given.job, tmp_path / "c", tmp_path / "r", cpus=1)
    ended = kept.resume(other, qemu.accelerator(), guest, deadline=60)
    assert ended.status or ended.killed
    assert not qemu.words(other)


@pytest.mark.vm
def test_what_boots_gets_its_job_the_same_way(booted, tmp_path):
    given, _, _ = booted
    own = machine(tmp_path, kernel=given.kernel, initrd=given.initrd, job=given.job)
    assert qemu.boot(own, qemu.accelerator(), deadline=60).status == 0
    ready, said = map(json.loads, own.results.read_text().splitlines())
    assert (ready["event"], said["marked"]) == ("ready", 0)
