# SPDX-License-Identifier: GPL-2.0-only
"""Declarations in C."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.btf.types import Function
from kiter.lower.view_class import view_class
from kiter.regex import regex

PLAIN = regex(r"[A-Za-z_][\w.\[\]]*(?:->[\w.\[\]]+)*")  # what binds as `->` does


@view_class()
class Variable:
    """A variable as it is declared, and the value it begins with, "" for none."""

    declared: str
    value: str = ""


def declare(ctype: str, name: str) -> str:
    """`struct x *name` or `int name`: the star belongs to the name."""
    return f"{ctype}{name}" if ctype.endswith("*") else f"{ctype} {name}"


def member(address: str, name: str) -> str:
    """The member of what is at an address: that of `&x` is one of x itself."""
    if address.startswith("&") and PLAIN.fullmatch(address[1:]):
        return f"{address[1:]}.{name}"
    return f"{address}->{name}" if PLAIN.fullmatch(address) else f"({address})->{name}"


def prototype(function: Function) -> str:
    """A function's prototype on one line."""
    parameters = ", ".join(declare(p.type, p.name) for p in function.parameters)
    return f"{declare(function.returns, function.name)}({parameters})"


def variables(*given: Mapping[str, str]) -> tuple[str, ...]:
    """Declarations of name to type, those of one type together."""
    kinds: dict[str, dict[str, None]] = {}
    for names_of in given:
        for name, ctype in names_of.items():
            kinds.setdefault(ctype, {})[name] = None
    return tuple(declare(ctype, f", {'*' * ctype.count('*')}".join(group)) for ctype, group in kinds.items())
