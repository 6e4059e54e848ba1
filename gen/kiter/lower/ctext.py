# SPDX-License-Identifier: GPL-2.0-only
"""How C text is laid out: the kernel's columns, tabs and comments (process/coding-style)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

TAB = 8
COLUMNS = 80
HARD = 100


def width(line: str) -> int:
    """Columns of a line whose tabs are eight wide."""
    return len(line.expandtabs(TAB))


def indented(lines: Iterable[str], tabs: int = 1) -> tuple[str, ...]:
    """The lines, further in; blank lines stay blank."""
    return tuple("\t" * tabs + line if line else "" for line in lines)


def declare(ctype: str, name: str) -> str:
    """`struct x *name` or `int name`: the star belongs to the name."""
    return f"{ctype}{name}" if ctype.endswith("*") else f"{ctype} {name}"


def aligned(column: int) -> str:
    """White space up to a column, tabs first."""
    return "\t" * (column // TAB) + " " * (column % TAB)


def call(prefix: str, arguments: Iterable[str], end: str, inside: int = 0) -> tuple[str, ...]:
    """`prefix(a, b)end`, broken between arguments to stay in 80 columns.

    Continuation lines are aligned behind the parenthesis that ends `prefix`; `inside` says how
    many tabs the caller will put in front.
    """
    items = list(arguments)
    lines = [prefix]
    margin = width("\t" * inside + prefix)
    for index, item in enumerate(items):
        tail = end if index == len(items) - 1 else ","
        first = lines[-1] == prefix or not lines[-1].strip()
        candidate = lines[-1] + ("" if first else " ") + item + tail
        if first or width("\t" * inside + candidate) <= COLUMNS:
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


def split_arguments(text: str) -> tuple[str, tuple[str, ...]] | None:
    """`f(a, g(b, c))` as ("f(", ("a", "g(b, c)")); None when the text is not one call."""
    start = text.find("(")
    if start <= 0 or not text.endswith(")") or not text[:start].replace("_", "a").isalnum():
        return None
    depth, items, begin = 0, [], start + 1
    for index, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char == ")" and index != len(text) - 1:
            return None
        if depth == 1 and char == ",":
            items.append(text[begin:index].strip())
            begin = index + 1
    return text[: start + 1], (*items, text[begin:-1].strip())


def assign(target: str, value: str, inside: int = 1) -> tuple[str, ...]:
    """`target = value;`, broken inside an outermost call when it is too long."""
    line = f"{target} = {value};"
    parts = split_arguments(value)
    if width("\t" * inside + line) <= COLUMNS or parts is None:
        return (line,)
    return call(f"{target} = {parts[0]}", parts[1], ");", inside)


def choose(target: str, condition: str, then: str, other: str, inside: int = 1) -> tuple[str, ...]:
    """`target = condition ? then : other;`, one line or one arm a line."""
    line = f"{target} = {condition} ? {then} : {other};"
    if width("\t" * inside + line) <= HARD:
        return (line,)
    head = f"{target} = {condition} ? "
    margin = aligned(width("\t" * inside + head) - inside * TAB)
    return (f"{head}{then} :", f"{margin}{other};")


def paragraph(text: str, first: str = " * ", rest: str = " * ", columns: int = COLUMNS - 1) -> tuple[str, ...]:
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
