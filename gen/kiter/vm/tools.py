# SPDX-License-Identifier: GPL-2.0-only
"""The programs that a session runs: found, or a clear word on what to install."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiter.errors import KiterError, environment
from kiter.kernel.tools import Tool, require_clang
from kiter.kernel.tools import find as look

PACKAGES = {
    "bpftool": "bpftool",
    "gcc": "gcc and libc6-dev",
    "make": "make",
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "zstd": "zstd",
    "lz4": "lz4",
    "dpkg-deb": "dpkg",
    "strip": "binutils",
    "ldd": "libc-bin",
    "apt-get": "apt",
}


@cache
def _found(tool: str) -> Tool:
    if tool == "clang":
        return require_clang()
    # the one in /bin is static, which a guest needs
    found = (tool == "busybox" and look("/bin/busybox")) or look(tool)
    if not found:
        raise environment("R01", f"{tool} is not installed", hint=f"install {PACKAGES.get(tool, tool)}")
    return found


def find(tool: str) -> str:
    """The path of a program; raises an environment error that names its package."""
    return _found(tool).path


def version(tool: str) -> str:
    """What tells one version of the program from another, as a part of cache keys."""
    return _found(tool).identity


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, where it is run, and what it needs in its environment."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        prefix = "".join(f"{k}={shlex.quote(v)} " for k, v in self.env)
        where = f"cd {shlex.quote(str(self.cwd))} && " if self.cwd else ""
        return where + prefix + shlex.join(self.argv)


def command(*argv: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Command:
    """A Command from anything that can stand on a command line."""
    return Command(tuple(str(a) for a in argv), cwd, tuple(sorted((env or {}).items())))


def _environment(cmd: Command) -> dict[str, str]:
    # a make that started us must not lend its job server or its variables to ours
    own = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH"}}
    return {**own, "LC_ALL": "C", **dict(cmd.env)}


def run(cmd: Command, what: str, code: str = "R02") -> str:
    """Runs it and returns its output; raises with all that it said if it fails."""
    done = subprocess.run(
        cmd.argv,
        cwd=cmd.cwd,
        env=_environment(cmd),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise failed(what, code, done.stdout + done.stderr)
    return done.stdout


def failed(what: str, code: str, output: str) -> KiterError:
    """An error with the lines of a tool's output that say what is wrong."""
    return environment(code, f"{what} failed", reason=decisive_lines(output))


def decisive_lines(output: str, most: int = 20) -> str:
    """The errors among a compiler's or make's lines, or the last lines where there are none."""
    lines = [line for line in output.splitlines() if line.strip()]
    marks = ("error:", "undefined reference", "ERROR:", "FAILED", "fatal:")
    first = next((i for i, line in enumerate(lines) if any(m in line for m in marks)), None)
    chosen: Sequence[str] = lines[first : first + most] if first is not None else lines[-most:]
    return "\n".join(chosen)
