# SPDX-License-Identifier: GPL-2.0-only
"""A program that notes the first elements of each walk, and one that prints them beside user space's view."""

from __future__ import annotations

from kiter.lower.context import LoweringContext
from kiter.lower.prototype.program import Program, program
from kiter.lower.view_class import view_class


@view_class()
class View:
    """`name` is that of both programs, `head` and `tail` how many elements at each end are noted."""

    name: str
    program: Program
    head: int
    tail: int


def name(iterator: str) -> str:
    """What the programs of an iterator are called."""
    return f"{iterator}_show"


def view(ctx: LoweringContext) -> View:
    """For one iterator."""
    # a tail that is a power of two is a ring whose index the verifier can bound
    return View(name(ctx.it.name), program(ctx), head=8, tail=4)
