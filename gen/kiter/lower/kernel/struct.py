# SPDX-License-Identifier: GPL-2.0-only
"""The structs of an iterator: what BPF programs see, what the kernel has there, what is allocated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kiter.analysis.state import Field
from kiter.fragment import Anchor, Fragment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class

# User space's headers and BPF programs know the attribute, not the kernel's macro for it.
UAPI, ATTRIBUTE = "include/uapi/", "__attribute__((aligned(8)))"
ALIGNED = "__aligned(8)"


@view_class()
class Opaque:
    """The struct that BPF programs see: words of which they know nothing."""

    template: ClassVar = "kernel/struct/opaque.c.j2"
    tag: str
    words: int
    attribute: str


@view_class()
class Member:
    """One field; `inline` names the items that may stand in the place of the pointer to them, "" for none."""

    type: str
    name: str
    item: str = ""
    inline: str = ""


@view_class()
class Fields:
    """A struct whose fields are known; `attribute` is "" for none."""

    template: ClassVar = "kernel/struct/fields.c.j2"
    tag: str
    members: tuple[Member, ...]
    attribute: str = ""


@view_class()
class Documented:
    """A field with what it is."""

    type: str
    name: str
    doc: str


@view_class()
class Element:
    """A struct that next() returns, with its kernel-doc."""

    template: ClassVar = "kernel/struct/element.c.j2"
    tag: str
    next: str
    members: tuple[Documented, ...]


Struct = Opaque | Fields | Element


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The struct in a header; nothing where it stands beside the kfuncs."""
    header = ctx.it.place.header
    if not header:
        return
    view = seen(ctx, ATTRIBUTE if header.startswith(UAPI) else ALIGNED)
    fragment = Fragment(header, Anchor.BEFORE_ENDIF, (), names=(f"bpf_iter_{ctx.it.name}",))
    yield Placement(fragment, view, lines=view.template)


def seen(ctx: LoweringContext, attribute: str = ALIGNED) -> Opaque | Fields:
    """The struct that BPF programs see."""
    tag = f"bpf_iter_{ctx.it.name}"
    if ctx.it.place.open:
        return Fields(tag, _members(ctx.state.fields))
    return Opaque(tag, ctx.state.words, attribute)


def element(ctx: LoweringContext) -> Element | None:
    """The struct of the elements, where the iterator brings it along."""
    if not ctx.it.held.members:
        return None
    given = tuple(Documented(m.type, m.name, m.doc) for m in ctx.it.held.members)
    return Element(ctx.it.held.tag, names.function(ctx.it, "next"), given)


def structs(ctx: LoweringContext, alone: bool) -> Iterator[Struct]:
    """The structs that stand beside the kfuncs; `alone` where no header has the one that programs see."""
    if (own := element(ctx)) is not None:
        yield own
    if alone or not ctx.it.place.header:
        yield seen(ctx)
    if ctx.it.place.open:
        return
    memory, members = ctx.state.memory, _members(ctx.state.fields)
    if memory is not None:
        if memory.tag:
            yield Fields(memory.tag, members)
        members = (Member(memory.pointer, memory.name),)
    yield Fields(names.kern(ctx.it), members, ALIGNED)


def _members(fields: tuple[Field, ...]) -> tuple[Member, ...]:
    return tuple(_member(field) for field in fields)


def _member(field: Field) -> Member:
    """A buffer of which some items may stand in the state shares the place of the pointer to it."""
    if not field.inline:
        return Member(field.type, field.name)
    size = f"[{field.inline}]" if field.inline > 1 else ""
    return Member(field.type, field.name, field.item, names.inline(field.name) + size)
