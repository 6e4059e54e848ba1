# SPDX-License-Identifier: GPL-2.0-only
"""How C text is laid out: the kernel's columns, tabs and comments (process/coding-style)."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.layout.columns import COLUMNS, HARD, TAB, aligned, call, fill, width
from kiter.spec.expression import arm, breakable, split_arguments


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


def kernel_doc(*blocks: Iterable[str]) -> tuple[str, ...]:
    """A kernel-doc comment of blocks of lines, with an empty line between them."""
    lines: list[str] = ["/**"]
    for index, block in enumerate(filter(None, map(tuple, blocks))):
        lines += [" *"] * bool(index) + list(block)
    return (*lines, " */")
