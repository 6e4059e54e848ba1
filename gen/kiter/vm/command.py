# SPDX-License-Identifier: GPL-2.0-only
"""The command lines of a session: shown by --dry-run, kept for a reproduction, and run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiter import tools
from kiter.errors import KiterError, environment
from kiter.kernel.dependencies import inputs
from kiter.tools import Tool
from kiter.value_class import value_class


@value_class
class Command:
    """A command line, where it is run, and what it needs in its environment."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        prefix = "".join(f"{k}={shlex.quote(v)} " for k, v in self.env)
        where = f"cd {shlex.quote(str(self.cwd))} && " if self.cwd else ""
        return where + prefix + shlex.join(self.argv)


def command(
    *argv: str | Path | Tool, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Command:
    """A Command from anything that can stand on a command line."""
    return Command(tuple(str(a) for a in argv), cwd, tuple(sorted((env or {}).items())))


def run(cmd: Command, what: str, code: str = "R02") -> str:
    """Runs it and returns its output; raises with all that it said if it fails."""
    done = tools.run(cmd.argv, cmd.cwd, dict(cmd.env), timeout=None)
    if done.status:
        raise failed(what, code, done.stdout + done.stderr)
    return done.stdout


def compile_file(cmd: Command, listing: Path, what: str, code: str) -> tuple[str, ...]:
    """Runs a compiler, which lists there what it reads, and returns that."""
    run(command(*cmd.argv, "-MD", "-MF", listing, cwd=cmd.cwd), what, code)
    return inputs(listing, cmd.argv, cmd.cwd) or ()


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
