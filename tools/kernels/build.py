# SPDX-License-Identifier: GPL-2.0-only
"""Small kernels of our own, built from the distribution's sources: once, and then what has changed.

All of it stands in one folder of the cache: the sources, and a build directory for each configuration. Paths
stay the same forever, so that make sees what it has built.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections import abc
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiter import tools
from kiter.cache.store import default_root
from kiter.errors import environment
from kiter.generate import generate
from kiter.kernel import fetch, kernels, sources
from kiter.kernel.kernels import Kernel
from kiter.sinks import apply as sink
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.tree import apply, record, worktree
from kiter.tree.record import Applied
from kiter.vm import qemu

HERE = Path(__file__).parent
VERSION = "7.3"
CONFIGS = {"plain": ("small.config",), "debug": ("small.config", "debug.config")}
NEEDED = {"flex": "flex", "bison": "bison", "bc": "bc", "make": "make", "gcc": "gcc"}


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class BuildTree:
    """The sources, and where they are built; `programs` comes first in PATH."""

    top: Path
    programs: Path
    archive: str

    @property
    def tree(self) -> Path:
        """The sources."""
        return self.top / "tree"

    def folder(self, config: str) -> Path:
        """The build directory of a configuration."""
        return self.top / config

    def make(self, config: str) -> tuple[Kernel, float]:
        """The kernel of that configuration out of the sources as they are, and the seconds it took."""
        out = self.folder(config)
        out.mkdir(exist_ok=True)
        began = time.monotonic()
        _configure(self, config)
        say(f"building the {config} kernel in {out}")
        _make(self, out, f"-j{os.cpu_count() or 1}", "bzImage", "modules")
        return kernels.built(out), time.monotonic() - began

    def replace(self, its: Sequence[Spec], target: Profile) -> None:
        """Puts the generated iterators in the place of the hand-written ones."""
        made = [generate(it, target) for it in its]
        wanted = [Applied(r.iterator, True, r.includes, r.outputs) for r in made]
        planned = apply.put_in(worktree.open_tree(self.tree), wanted)
        for note in planned.notes:
            say(note)
        sink.write(planned)

    def versions(self, kernel: Kernel) -> Mapping[str, str]:
        """What takes part in building and running."""
        return {
            "Linux": f"{kernel.release} ({self.archive})",
            "compiler": _first_line("gcc", "--version"),
            "clang": _first_line(tools.require_clang().path, "--version"),
            "pahole": _first_line(str(self.programs / "pahole"), "--version"),
            "QEMU": _first_line(tools.require("qemu-system-x86_64").path, "--version"),
            "accelerator": qemu.accelerator().name,
        }

    def untouched(self) -> None:
        """Takes out of the sources what was put in."""
        tree = worktree.open_tree(self.tree)
        if record.load(tree.record).applied:
            sink.write(apply.take_out(tree, ()))


@contextmanager
def build_tree() -> abc.Iterator[BuildTree]:
    """The one build tree, for one process at a time, its sources as the distribution has them.

    Raises KiterError if a program or the sources are not to be had.
    """
    _require()
    top = default_root() / "replace"
    top.mkdir(parents=True, exist_ok=True)
    with (top / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kernel, archive = _fetched()
        made = BuildTree(top, _programs(top, kernel), archive.name)
        os.environ["PATH"] = f"{made.programs}:{os.environ['PATH']}"
        _unpack(made, archive)
        made.untouched()
        yield made


def _fetched() -> tuple[Kernel, Path]:
    """A prebuilt kernel of the version, whose tools fit, and the sources; downloaded if they are not here."""
    have = [k for k in kernels.fetched() if kernels.matches(k.release, VERSION)]
    archive = sources.archive(VERSION)
    if have and archive:
        return have[-1], archive
    got = fetch.fetch(VERSION, listen=say)
    if got.archive is None:
        raise environment("R33", f"no sources of Linux {VERSION} are to be had")
    return got.kernel, got.archive


def _require() -> None:
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    for package, header in (("libelf-dev", "libelf.h"), ("libssl-dev", "openssl/ssl.h")):
        if not any((Path("/usr/include") / p / header).is_file() for p in ("", "x86_64-linux-gnu")):
            missing.append(package)
    if missing:
        raise environment("R30", "a kernel cannot be built here", hint=f"apt-get install {' '.join(missing)}")


def _programs(top: Path, kernel: Kernel) -> Path:
    """A folder with the pahole that came with the kernel's headers: older ones cannot read its DWARF."""
    folder = top / "bin"
    folder.mkdir(exist_ok=True)
    link = folder / "pahole"
    link.unlink(missing_ok=True)
    link.symlink_to(kernel.headers.parents[2] / "usr/bin/pahole")
    return folder


def _unpack(made: BuildTree, archive: Path) -> None:
    stamp = made.top / "sources"
    stat = archive.stat()
    wanted = f"{archive.name} {stat.st_size}"
    if made.tree.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return
    say(f"unpacking {archive.name}")
    for folder in (made.tree, *map(made.folder, CONFIGS)):
        shutil.rmtree(folder, ignore_errors=True)
    made.tree.mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", made.tree, "--strip-components=1"], check=True)
    stamp.write_text(wanted)


def _configure(made: BuildTree, config: str) -> None:
    """allnoconfig with our options; nothing where they are the same as last time."""
    out = made.folder(config)
    texts = [(HERE / name).read_text() for name in CONFIGS[config]]
    options: dict[str, str] = {}
    for line in "".join(texts).splitlines():
        if line.startswith("CONFIG_"):
            options[line.partition("=")[0]] = line
    wanted = out / "kiter.config"
    text = "".join(f"{line}\n" for line in options.values())
    if wanted.is_file() and wanted.read_text() == text and (out / ".config").is_file():
        return
    wanted.write_text(text)
    _make(made, out, f"KCONFIG_ALLCONFIG={wanted}", "allnoconfig")
    got = (out / ".config").read_text().splitlines()
    lost = [line for line in options.values() if line not in got and not line.endswith("=n")]
    if lost:
        wanted.unlink()
        raise environment("R30", f"the kernel does not take {', '.join(lost)}", file=str(HERE))


def _first_line(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0]


def _make(made: BuildTree, out: Path, *words: str) -> None:
    cmd = ["make", "-s", "-C", str(made.tree), f"O={out}", *words]
    log = out / "make.log"
    with log.open("w") as file:
        done = subprocess.run(
            cmd, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise environment("R10", "the kernel does not build", reason=last, file=str(log))
