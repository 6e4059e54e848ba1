# SPDX-License-Identifier: GPL-2.0-only
"""An output as a tree takes it: the file it joins, and its text without the heading of out/."""

from __future__ import annotations

import re

from kiter.output import Output

_MARK = ".d/"
_JOINS = re.compile(r"^/\*(?:\n \*)? Joins ", re.MULTILINE)
_SET = re.compile(r"the set (\w+)")


def joins(output: Output) -> str:
    """The file of the tree that the output is a part of; "" for a file of its own."""
    file, mark, _ = output.path.rpartition(_MARK)
    return file if mark else ""


def place(output: Output) -> str:
    """The file of the tree that holds the output in the end."""
    return joins(output) or output.path


def body(output: Output) -> list[str]:
    """The lines that join the file: those behind the licence and the comment that names the place."""
    lines = output.text.splitlines()[1:]
    if lines and lines[0].startswith("/*"):
        end = next(row for row, line in enumerate(lines) if line.rstrip().endswith("*/"))
        lines = lines[end + 1 :]
    else:
        while lines and lines[0].startswith(("# ", ".. ")):
            lines = lines[1:]
    return trimmed(lines)


def whole(output: Output) -> str:
    """The file that the output begins where there is none: without the comment that names its place."""
    return "\n".join((output.text.partition("\n")[0], "", *body(output), ""))


def own_code(output: Output) -> list[str]:
    """The lines of a file of its own that would join another: those behind the licence and the includes."""
    lines = output.text.splitlines()[1:]
    last = max((row for row, line in enumerate(lines) if line.startswith("#include")), default=-1)
    return trimmed(lines[last + 1 :])


def id_sets(output: Output) -> tuple[tuple[str, list[str]], ...]:
    """The kfunc sets that an output joins, each with the lines that it gets."""
    found: list[tuple[str, list[str]]] = []
    for part in output.text.split("/*")[1:]:
        heading, _, rest = part.partition("*/")
        named = _SET.search(" ".join(heading.replace("\n *", " ").split()))
        if named:
            found.append((named[1], trimmed(rest.splitlines())))
        elif found:
            found[-1][1].extend(f"/*{part}".splitlines())
    return tuple(found)


def parts(output: Output) -> dict[str, list[str]]:
    """The lines of each part of an output that joins a file in several places, by what says its place."""
    found: dict[str, list[str]] = {}
    for part in _JOINS.split(output.text)[1:]:
        heading, _, rest = part.partition("*/")
        found[" ".join(heading.replace("\n *", " ").split())] = trimmed(rest.splitlines())
    return found


def trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at both ends."""
    rows = [row for row, line in enumerate(lines) if line.strip()]
    return lines[rows[0] : rows[-1] + 1] if rows else []
