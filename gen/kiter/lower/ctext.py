# SPDX-License-Identifier: GPL-2.0-only
"""How C text is laid out: the kernel's columns, tabs and comments (process/coding-style)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiter.layout.columns import HARD, call, width


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


def variables(*given: Mapping[str, str]) -> tuple[str, ...]:
    """Declarations of name to type, those of one type together."""
    kinds: dict[str, dict[str, None]] = {}
    for names_of in given:
        for name, ctype in names_of.items():
            kinds.setdefault(ctype, {})[name] = None
    return tuple(declare(ctype, f", {'*' * ctype.count('*')}".join(group)) for ctype, group in kinds.items())


def prototype(
    ctype: str, name: str, parameters: Iterable[str], attribute: str, end: str = ")"
) -> tuple[str, ...]:
    """A function's first lines, with the return type on a line of its own only where it must be."""
    parameters = tuple(parameters)
    one = call(declare(f"{attribute} {ctype}".strip(), f"{name}("), parameters, end)
    if max(width(line) for line in one) <= HARD:
        return one
    return (f"{attribute} {ctype}".strip(), *call(f"{name}(", parameters, end))
