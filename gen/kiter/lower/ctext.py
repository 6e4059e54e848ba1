# SPDX-License-Identifier: GPL-2.0-only
"""How C text is laid out: the kernel's columns, tabs and comments (process/coding-style)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from kiter.lower.expression import arm, breakable, split_arguments

TAB = 8
COLUMNS = 80
HARD = 100


def width(line: str) -> int:
    """Columns of a line whose tabs are eight wide."""
    return len(line.expandtabs(TAB))


def indented(lines: Iterable[str], tabs: int = 1) -> tuple[str, ...]:
    """The lines, further in; blank lines stay blank, the preprocessor's stay where they are."""
    return tuple("\t" * tabs + line if line and line[0] != "#" else line for line in lines)


def spaced(blocks: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The blocks that hold anything, with an empty line between them."""
    lines: list[str] = []
    for block in filter(None, blocks):
        lines += [""] * bool(lines) + list(block)
    return tuple(lines)


def declare(ctype: str, name: str) -> str:
    """`struct x *name` or `int name`: the star belongs to the name."""
    return f"{ctype}{name}" if ctype.endswith("*") else f"{ctype} {name}"


def aligned(column: int) -> str:
    """White space up to a column, tabs first."""
    return "\t" * (column // TAB) + " " * (column % TAB)


def call(
    prefix: str, arguments: Iterable[str], end: str, inside: int = 0, columns: int = COLUMNS
) -> tuple[str, ...]:
    """`prefix(a, b)end`, broken between arguments to stay in so many columns."""
    items = tuple(arguments)
    return fill(prefix, (*(f"{item}," for item in items[:-1]), *items[-1:]), end, inside, columns)


def fill(
    prefix: str, pieces: Iterable[str], end: str, inside: int = 0, columns: int = COLUMNS
) -> tuple[str, ...]:
    """`prefix`, the pieces and `end`, broken between pieces to stay in so many columns.

    Continuation lines are aligned behind `prefix`; `inside` says how many tabs the caller will
    put in front.
    """
    items = list(pieces)
    lines = [prefix]
    margin = width("\t" * inside + prefix)
    for index, item in enumerate(items):
        tail = end if index == len(items) - 1 else ""
        first = lines[-1] == prefix or not lines[-1].strip()
        candidate = lines[-1] + ("" if first else " ") + item + tail
        if first or width("\t" * inside + candidate) <= columns:
            lines[-1] = candidate
        else:
            lines.append(aligned(margin - inside * TAB) + item + tail)
    return tuple(lines) if items else (prefix + end,)


def prototype(
    ctype: str, name: str, parameters: Iterable[str], attribute: str, end: str = ")"
) -> tuple[str, ...]:
    """A function's first lines, with the return type on a line of its own only where it must be."""
    parameters = tuple(parameters)
    one = call(declare(f"{attribute} {ctype}".strip(), f"{name}("), parameters, end)
    if max(width(line) for line in one) <= HARD:
        return one
    return (f"{attribute} {ctype}".strip(), *call(f"{name}(", parameters, end))


def assign(target: str, value: str, inside: int = 1) -> tuple[str, ...]:
    """`target = value;`, broken inside an outermost call or behind operators when it is too long."""
    line = f"{target} = {value};"
    if width("\t" * inside + line) <= COLUMNS:
        return (line,)
    if parts := split_arguments(value):
        return call(f"{target} = {parts[0]}", parts[1], ");", inside)
    return fill(f"{target} = ", breakable(value), ";", inside)


def guarded(condition: str, statement: str, inside: int = 1) -> tuple[str, ...]:
    """`if (condition)` and one statement, broken behind operators when it is too long."""
    return (*fill("if (", breakable(condition), ")", inside), f"\t{statement}")


def choose(target: str, condition: str, then: str, other: str, inside: int = 1) -> tuple[str, ...]:
    """`target = condition ? then : other;`, or an if where that is too long for two lines."""
    line = f"{target} = {condition} ? {arm(then)} : {arm(other)};"
    if width("\t" * inside + line) <= HARD:
        return (line,)
    head = f"{target} = {condition} ? "
    margin = aligned(width("\t" * inside + head) - inside * TAB)
    lines = (f"{head}{arm(then)} :", f"{margin}{arm(other)};")
    if max(width("\t" * inside + line) for line in lines) <= HARD:
        return lines
    yes, no = (indented(assign(target, value, inside + 1)) for value in (then, other))
    if len(yes) == len(no) == 1:
        return (f"if ({condition})", *yes, "else", *no)
    return (f"if ({condition}) {{", *yes, "} else {", *no, "}")


def paragraph(
    text: str, first: str = " * ", rest: str = " * ", columns: int = COLUMNS - 1
) -> tuple[str, ...]:
    """Text as comment lines."""
    return tuple(
        textwrap.wrap(
            " ".join(text.split()),
            columns,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def comment(text: str, inside: int = 0) -> tuple[str, ...]:
    """A comment of one line, or of several in the kernel's form."""
    line = f"/* {text} */"
    if width("\t" * inside + line) <= COLUMNS:
        return (line,)
    return ("/*", *paragraph(text, columns=COLUMNS - inside * TAB), " */")


def kernel_doc(*blocks: Iterable[str]) -> tuple[str, ...]:
    """A kernel-doc comment of blocks of lines, with an empty line between them."""
    lines: list[str] = ["/**"]
    for index, block in enumerate(filter(None, map(tuple, blocks))):
        lines += [" *"] * bool(index) + list(block)
    return (*lines, " */")
