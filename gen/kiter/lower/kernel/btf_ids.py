# SPDX-License-Identifier: GPL-2.0-only
"""The BTF_ID_FLAGS lines that join the common set."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.layout.columns import comment
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import registration


@dataclass(frozen=True, slots=True)
class Set:
    """Lines that join one set, with the comment that says which."""

    place: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """`guard` stands round the ids: an id without its function is an error of the link."""

    guard: str
    sets: tuple[Set, ...]


def view(ctx: LoweringContext) -> View | None:
    """None for an iterator with a set of its own, which stands in its own file."""
    it, profile = ctx.it, ctx.profile
    if it.programs and not it.file:
        return None
    own = _set(it.file if it.place.join else profile.common_file, it.place.join or profile.common_set)
    sets = [Set(own, registration.ids(ctx))]
    sets += [Set(_set(it.file, name), lines) for name, lines in registration.elsewhere(ctx).items()]
    return View(it.guard if not it.place.join else "", tuple(sets))


def _set(file: str, name: str) -> tuple[str, ...]:
    return comment(f"Joins {file}, at the end of the set {name}.")


def home(ctx: LoweringContext) -> str:
    """The file whose set the ids join."""
    return ctx.it.file if ctx.it.place.join else ctx.profile.common_file
