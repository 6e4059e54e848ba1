# SPDX-License-Identifier: GPL-2.0-only
"""A program that walks an iterator and the kernel's own side by side, and compares and times them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from kiter.btf.types import Function
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import declarations
from kiter.lower.prototype.program import Program, program
from kiter.lower.view_class import view_class


@view_class()
class View:
    """`name` is that of both programs; `own` is the kernel's iterator, declared by `declared`.

    `absent` are the flags that the kernel does not have.
    """

    name: str
    program: Program
    own: str
    declared: tuple[Function, ...]
    absent: tuple[str, ...]


def name(iterator: str) -> str:
    """What the programs of an iterator are called."""
    return f"{iterator}_compare"


def view(ctx: LoweringContext, own: str, known: Container[str]) -> View | None:
    """None when there is nothing to compare: `own` is the kernel's iterator, `known` its flags."""
    absent = tuple(case.flag for case in ctx.cases if case.flag and case.flag not in known)
    if len(absent) == len(ctx.cases):
        return None
    theirs = replace(ctx, it=replace(ctx.it, name=own, companions=()))
    return View(
        name=name(ctx.it.name),
        program=program(ctx, absent),
        own=own,
        declared=declarations.prototypes(theirs),
        absent=absent,
    )
