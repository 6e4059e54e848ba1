# SPDX-License-Identifier: GPL-2.0-only
"""What stands beside the C of a module that is built outside of any tree, by whoever has it."""

from __future__ import annotations

from dataclasses import replace

from kiter.btf.types import Function
from kiter.lower.context import LoweringContext
from kiter.lower.docs import example
from kiter.lower.kernel import declarations
from kiter.lower.view_class import view_class


@view_class()
class View:
    """What the files of the folder say."""

    name: str  # of the iterator
    module: str  # what the module is called
    header: str  # the file that programs include
    summary: str  # completes "use it to ..."
    types: tuple[str, ...]  # the definitions that the vmlinux.h of its kernel lacks
    declared: tuple[Function, ...]  # its kfuncs
    shown: bool  # whether there is a program to show
    program: str  # what it is called in the example


def view(ctx: LoweringContext, types: tuple[str, ...]) -> View:
    """Of an iterator under the name that it has as a module."""
    shown = example.view(ctx)
    return View(
        name=ctx.it.name,
        module=f"kiter_{ctx.it.name}",
        header=header(ctx),
        summary=ctx.it.summary,
        types=types,
        declared=declarations.prototypes(ctx)[:3],
        shown=shown is not None,
        program=shown.name if shown else "",
    )


def header(ctx: LoweringContext) -> str:
    """The file that programs include."""
    return f"{ctx.it.name}_iter.h"


def program(ctx: LoweringContext) -> example.View | None:
    """The program of the reference page, with the declarations of the header."""
    shown = example.view(ctx)
    return replace(shown, header=f'"{header(ctx)}"', declared=()) if shown else None
