# SPDX-License-Identifier: GPL-2.0-only
"""Finding and running the programs that the check needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiter.kernel.codes import lacking

OLDEST_CLANG = 16
NEWEST_CLANG = 49
TIMEOUT = 600

# A make that started us must not lend its job server to, or set variables for, the one we start.
_NOT_INHERITED = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "KBUILD_OUTPUT", "ARCH"})

# The Debian package of each tool that a user may have to install.
PACKAGES: Mapping[str, str] = {
    "make": "make",
    "bpftool": "bpftool",
    "clang": "clang-19",
    "gcc": "gcc",
    "cc": "gcc",
    "sparse": "sparse",
    "perl": "perl",
    "tar": "tar",
    "xz": "xz-utils",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A program; what `identity` is made of changes when the program is upgraded."""

    name: str
    path: str
    mtime: int
    size: int

    @property
    def identity(self) -> str:
        """A text for cache keys, had without running the program."""
        return f"{self.path}:{self.mtime}:{self.size}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended, and what it said."""

    status: int
    stdout: str
    stderr: str


def find(name: str, search: str | None = None) -> Tool | None:
    """The program of that name in `search` (else PATH), or at that path; None if there is none."""
    path = shutil.which(name, path=search) or _in_sbin(name)
    if path is None:
        return None
    real = Path(path).resolve()
    stat = real.stat()
    return Tool(name, path, stat.st_mtime_ns, stat.st_size)


def _in_sbin(name: str) -> str | None:
    """Debian's bpftool stands in /usr/sbin, which the PATH of a plain user lacks."""
    if name != "bpftool" or not os.environ.get("PATH"):
        return None
    return shutil.which(name, path="/usr/sbin:/sbin")


def require(name: str, code: str = "E19", search: str | None = None) -> Tool:
    """Like find(), but a missing program is an environment error that names its package."""
    tool = find(name, search)
    if tool is None:
        package = PACKAGES.get(name, name)
        raise lacking(code, f"'{name}' is not installed", f"apt-get install {package}")
    return tool


def require_clang() -> Tool:
    """The newest clang-NN in PATH, else a plain clang that is new enough.

    Raises KiterError E15 if there is neither.
    """
    for number in range(NEWEST_CLANG, OLDEST_CLANG - 1, -1):
        tool = find(f"clang-{number}")
        if tool is not None:
            return tool
    tool = find("clang")
    if tool is None:
        raise lacking("E15", "clang is not installed")
    if _major(tool) < OLDEST_CLANG:
        raise lacking("E15", f"{tool.path} is older than clang {OLDEST_CLANG}")
    return tool


def _major(clang: Tool) -> int:
    said = run([clang.path, "-dumpversion"]).stdout.split(".")[0].strip()
    return int(said) if said.isdigit() else 0


def run(
    argv: Sequence[str],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> Outcome:
    """Run a program to its end, in the C locale; one that cannot start or hangs is a failure, too."""
    try:
        done = subprocess.run(
            list(argv),
            cwd=cwd,
            env=environment_of(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return Outcome(124, "", f"{argv[0]} did not end within {timeout:.0f} s")
    except OSError as problem:
        return Outcome(127, "", f"{argv[0]}: {problem.strerror}")
    return Outcome(done.returncode, _text(done.stdout), _text(done.stderr))


def environment_of(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment as the tools get it: the C locale, nothing of an outer make."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**kept, "LC_ALL": "C", **extra}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
