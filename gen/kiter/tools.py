# SPDX-License-Identifier: GPL-2.0-only
"""Finding and running programs: the one place that knows what a user may have to install."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from kiter.codes import CODES, lacking
from kiter.value_class import value_class

OLDEST_CLANG = 16
NEWEST_CLANG = 49
TIMEOUT = 600

# A make that started us must not lend its job server to, or set variables for, the one we start.
_NOT_INHERITED = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "KBUILD_OUTPUT", "ARCH"})

# The Debian package of each program whose package has another name.
PACKAGES: Mapping[str, str] = {
    "apt-get": "apt",
    "busybox": "busybox-static",
    "cc": "gcc",
    "clang": "clang-19",
    "dpkg-deb": "dpkg",
    "gcc": "gcc libc6-dev",
    "ldd": "libc-bin",
    "qemu-system-x86_64": "qemu-system-x86",
    "strip": "binutils",
    "xz": "xz-utils",
}
# The one in /bin is static, which a guest needs.
_BEFORE_PATH: Mapping[str, str] = {"busybox": "/bin"}
# Debian's stands where the PATH of a plain user does not lead.
_BEHIND_PATH: Mapping[str, str] = {"bpftool": "/usr/sbin:/sbin"}


@value_class
class Tool:
    """A program; what `identity` is made of changes when the program is upgraded."""

    name: str
    path: str
    mtime: int
    size: int

    def __str__(self) -> str:
        return self.path

    @property
    def identity(self) -> str:
        """A text for cache keys, had without running the program."""
        return f"{self.path}:{self.mtime}:{self.size}"


@value_class
class Outcome:
    """How a program ended, and what it said."""

    status: int
    stdout: str
    stderr: str


def find(name: str, search: str | None = None) -> Tool | None:
    """The program of that name in `search` (else PATH), or at that path; None if there is none."""
    folders = (_BEFORE_PATH.get(name), search or os.environ.get("PATH", os.defpath), _BEHIND_PATH.get(name))
    path = next((found for one in folders if one and (found := shutil.which(name, path=one))), None)
    if path is None:
        return None
    stat = Path(path).resolve().stat()
    return Tool(name, path, stat.st_mtime_ns, stat.st_size)


def require(name: str, search: str | None = None) -> Tool:
    """Like find(), but a missing program is KiterError E19, which names its package."""
    tool = find(name, search)
    if tool is None:
        install = f"apt-get install {PACKAGES.get(name, name)}"
        raise lacking(CODES["E19"], f"'{name}' is not installed", install)
    return tool


def require_clang() -> Tool:
    """The newest clang-NN in PATH, else a plain clang that is new enough.

    Raises KiterError E19 if there is neither, E15 if clang is too old.
    """
    for number in range(NEWEST_CLANG, OLDEST_CLANG - 1, -1):
        tool = find(f"clang-{number}")
        if tool is not None:
            return tool
    tool = require("clang")
    if _major(tool) < OLDEST_CLANG:
        raise lacking(CODES["E15"], f"{tool.path} is older than clang {OLDEST_CLANG}")
    return tool


@cache
def _major(clang: Tool) -> int:
    said = run([clang.path, "-dumpversion"]).stdout.split(".")[0].strip()
    return int(said) if said.isdigit() else 0


def run(
    argv: Sequence[str],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = TIMEOUT,
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
        return Outcome(124, "", f"{argv[0]} did not end within {timeout} s")
    except OSError as problem:
        return Outcome(127, "", f"{argv[0]}: {problem.strerror}")
    return Outcome(done.returncode, _text(done.stdout), _text(done.stderr))


def environment_of(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment as the tools get it: the C locale, nothing of an outer make."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**kept, "LC_ALL": "C", **extra}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
