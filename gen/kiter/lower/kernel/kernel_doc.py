# SPDX-License-Identifier: GPL-2.0-only
"""What the comments on the kfuncs speak of; templates/kernel/doc/ has their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from kiter.lower import callers, choices, failures, names
from kiter.lower.choices import Choice
from kiter.lower.context import LoweringContext
from kiter.lower.failures import Group
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.companion import Companion
from kiter.spec.element import Reference


class KernelDoc(Protocol):
    """A comment, by the template that has its words."""

    @property
    def template(self) -> str:
        """A path below templates/."""


@view_class()
class Described:
    """A parameter: `enum` is the enum of its values, "" for none."""

    name: str
    doc: str
    nullable: bool = False
    enum: str = ""


@view_class()
class New:
    """The comment on new()."""

    template: ClassVar = "kernel/doc/new.j2"
    name: str  # the iterator
    summary: str  # what it is for
    arguments: tuple[Described, ...]  # without the iterator itself
    # what the prototype calls the arguments whose names have a suffix there
    spelled: Mapping[str, str]
    # the values of the flag arguments, unless the comment on an enum defined here has them
    choices: tuple[Choice, ...]
    # the author's paragraphs
    notes: tuple[str, ...]
    # the flags of the walks of a ring that starts elsewhere than at its anchor
    rings: tuple[str, ...]
    callers: tuple[Statement, ...]  # where it may be called
    failures: tuple[Group, ...]  # by their errors


@view_class()
class Next:
    """The comment on next(); `tag` is that of the struct that the elements are, "" for numbers."""

    template: ClassVar = "kernel/doc/next.j2"
    name: str
    tag: str
    lifetime: str


@view_class()
class Destroy:
    """The comment on destroy()."""

    template: ClassVar = "kernel/doc/destroy.j2"
    name: str


@view_class()
class OfCompanion:
    """The comment on a companion."""

    template: ClassVar = "kernel/doc/companion.j2"
    iterator: str  # the iterator's name
    name: str  # of the kfunc
    doc: str  # what it does
    parameters: tuple[Described, ...]  # the one without a text is the iterator
    gives: bool  # whether it returns something
    empty: str  # what it returns for an iterator that is not live, "" for none


@view_class()
class OfReference:
    """The comment on a kfunc that takes a reference, or releases it."""

    template: str
    iterator: str
    name: str
    other: str  # its counterpart
    fails: bool  # there may be none to take


def new(ctx: LoweringContext) -> New:
    """What to say of new()."""
    it = ctx.it
    return New(
        name=it.name,
        summary=it.summary,
        arguments=tuple(Described(a.name, a.doc, a.nullable, _enum(a)) for a in it.arguments),
        spelled={a.name: names.parameter(a, ctx.profile) for a in it.arguments},
        choices=tuple(choices.choices(ctx, [a for a in it.arguments if not a.brought])),
        notes=callers.notes(ctx),
        rings=callers.rings(ctx),
        callers=callers.callers(ctx),
        failures=failures.by_errno(failures.failures(ctx)),
    )


def _enum(argument: Argument) -> str:
    """The enum of its values; the comment on one that the iterator brings along has these."""
    return argument.enum or argument.brought


def next(ctx: LoweringContext) -> Next:
    """What to say of next()."""
    return Next(ctx.it.name, ctx.it.held.tag, ctx.it.lifetime)


def destroy(ctx: LoweringContext) -> Destroy:
    """What to say of destroy()."""
    return Destroy(ctx.it.name)


def companion(ctx: LoweringContext, kfunc: Companion) -> OfCompanion:
    """What to say of a companion."""
    own = tuple(Described(p.name, p.doc) for p in kfunc.parameters)
    handle = (Described(names.HANDLE, ""),)
    empty = kfunc.empty
    return OfCompanion(
        iterator=ctx.it.name,
        name=kfunc.name,
        doc=kfunc.doc,
        parameters=own + handle if kfunc.last else handle + own,
        gives=kfunc.gives != "void",
        empty=empty.text if empty else "",
    )


def reference(ctx: LoweringContext, given: Reference) -> tuple[OfReference, OfReference]:
    """What to say of the kfuncs that take a reference and release it."""
    name, fails = ctx.it.name, given.tryget is not None
    return (
        OfReference("kernel/doc/acquire.j2", name, given.acquire, given.release, fails),
        OfReference("kernel/doc/put.j2", name, given.release, given.acquire, fails),
    )
