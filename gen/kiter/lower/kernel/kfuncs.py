# SPDX-License-Identifier: GPL-2.0-only
"""The kfuncs' file, or the fragment that joins one: state, helpers, the three kfuncs and companions.

The contract is kept by templates/kernel/new.c.j2, next.c.j2 and destroy.c.j2, whatever the spec says.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.words import words
from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import (
    companions,
    declarations,
    destroy,
    helpers,
    includes,
    new,
    next,
    references,
    registration,
    release,
    seq_form,
    sources,
    struct,
)
from kiter.lower.kernel.enum import Enum, enums
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.registration import Set
from kiter.lower.kernel.seq_form import Form
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class


@view_class()
class Start:
    """What stands for "not begun" where the cursor is all the state there is."""

    name: str
    element: str


@view_class()
class View:
    """What the template prints, in order."""

    includes: tuple[str, ...]  # public headers
    private: tuple[str, ...]  # others, as paths from the file
    structs: tuple[struct.Struct, ...]  # the state, and what programs see of it
    start: Start | None  # the macro of a cursor that has not begun
    enums: tuple[Enum, ...]  # of flags that are defined here
    helpers: tuple[helpers.Function, ...]  # the author's functions
    release: release.Function | None  # the function that releases everything, if there is one
    open: str  # the marker ahead of kfuncs
    kfuncs: tuple[Part, ...]  # new(), next(), destroy(), those of references, and companions
    close: str  # the marker behind them
    registration: Set | None  # the set of its own, where it has one
    seq: Form | None  # its SEC("iter/...") form, which a file of its own has behind that


def view(ctx: LoweringContext, alone: bool = False) -> View:
    """The kfuncs; `alone` when nothing stands in another file, as in a module."""
    it = ctx.it
    own = not it.file
    return View(
        includes=includes.public(ctx, _always(ctx)) if own else (),
        private=includes.private(ctx) if own else (),
        structs=tuple(struct.structs(ctx, alone)),
        start=Start(begin, it.element) if (begin := sources.start(ctx)) != "NULL" else None,
        enums=tuple(enums(ctx)),
        helpers=helpers.functions(ctx),
        release=release.function(ctx),
        open=ctx.profile.kfuncs_open,
        kfuncs=(*_trio(ctx), *references.kfuncs(ctx), *companions.kfuncs(ctx)),
        close=ctx.profile.kfuncs_close,
        registration=registration.own_set(ctx) if own and it.programs else None,
        seq=seq_form.form(ctx),
    )


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The kfuncs as they join a file, or a file of their own."""
    made = view(ctx)
    opening, closing = ctx.profile.markers
    fragment = Fragment(
        ctx.it.source_file,
        Anchor.AT_END if ctx.it.file else Anchor.NEW_FILE,
        (),
        opening=opening,
        closing=closing,
        names=tuple(_defined(ctx, made)),
        uses=tuple(sorted(words(ctx.it))),
        guard=ctx.guard,
    )
    yield Placement(
        fragment,
        made,
        lines="kernel/functions.c.j2",
        before="kernel/types.c.j2",
        after="kernel/registration.c.j2" if made.registration else "",
        whole="" if ctx.it.file else "kernel/file.c.j2",
    )


def _trio(ctx: LoweringContext) -> tuple[Part, ...]:
    return new.kfunc(ctx), next.kfunc(ctx), destroy.kfunc(ctx)


def _defined(ctx: LoweringContext, made: View) -> Iterator[str]:
    """The functions, types and macros that the code brings along."""
    yield from (one.tag for one in made.structs)
    if made.start is not None:
        yield made.start.name
    for enum in made.enums:
        yield from (name for name in (enum.tag, *(member.flag for member in enum.members)) if name)
    yield from (helper.name for helper in made.helpers)
    if made.release is not None:
        yield made.release.name
    yield from (function.name for function in declarations.prototypes(ctx))
    if (own := made.registration) is not None:
        yield own.init
        if own.made is not None:
            yield own.made.name


def _always(ctx: LoweringContext) -> set[str]:
    """The headers that every file of its own has."""
    ids = {*includes.OF_A_SET} if ctx.it.programs else set()
    return {*includes.OF_KFUNCS} | ids
