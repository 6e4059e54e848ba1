# SPDX-License-Identifier: GPL-2.0-only
"""The same kfuncs as a module: what the compile check compiles and what a prototype loads."""

from __future__ import annotations

from kiter.btf.types import Struct
from kiter.lower import names, programs
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import includes, kfuncs, registration, seq_form
from kiter.lower.view_class import view_class

BITS = 8
COMMON = ("unspec",)  # the common set serves every program type: kernel/bpf/helpers.c, kfunc_init()


@view_class()
class Member:
    """A member of a private struct, `offset` bytes behind its beginning."""

    name: str
    declared: str
    offset: int


@view_class()
class Layout:
    """A struct that is private to a file of the kernel, as far as the code names its members."""

    name: str
    members: tuple[Member, ...]


@view_class()
class Hidden:
    """A variable or a function that is private to a file of the kernel."""

    name: str
    type: str


@view_class()
class View:
    """The unit of a module."""

    includes: tuple[str, ...]  # public headers
    private: tuple[str, ...]  # others, from the root of the kernel tree, where the module is told to look
    guard: str  # the option without which there is nothing, "" for none
    guarded: tuple[str, ...]  # headers of a file that is compiled with that option alone
    layouts: tuple[Layout, ...]  # structs that are private to a file
    hidden: tuple[Hidden, ...]  # symbols that are
    code: kfuncs.View  # what the kfuncs' view prints, without a set of its own
    registration: registration.Set  # the set of the module
    exit: str  # the function that lets it be unloaded
    summary: str  # of the module
    shims: tuple[str, ...]  # symbols that it is helped to
    spaces: tuple[str, ...]  # lines that import namespaces of symbols

    @property
    def private_parts(self) -> bool:
        """Whether it reaches what a file keeps to itself."""
        return bool(self.layouts or self.hidden)


def view(
    ctx: LoweringContext,
    shims: tuple[str, ...] = (),
    spaces: tuple[str, ...] = (),
    layouts: tuple[Struct, ...] = (),
) -> View:
    """A complete translation unit, guarded as its Makefile line would guard it.

    `shims` are symbols that the kernel does not export: the module finds their addresses when it
    is loaded. `spaces` are the namespaces of those that it exports in one, `layouts` the structs that
    are private to the file that the code joins.
    """
    always = {*includes.OF_KFUNCS, *includes.OF_A_SET}
    always |= {"linux/kprobes.h"} if shims else set()
    return View(
        includes=includes.public(ctx, always),
        private=() if _whole(ctx) else ctx.it.private_headers,
        guard=ctx.it.guard,
        guarded=ctx.it.private_headers if _whole(ctx) else (),
        layouts=tuple(_layout(struct, ctx) for struct in layouts),
        hidden=tuple(Hidden(p.name, p.type) for p in ctx.it.place.private if p.type),
        code=kfuncs.view(ctx, alone=not _has_struct(ctx)),
        registration=registration.own_set(
            ctx,
            _types(ctx),
            before=("find_shims()",) if shims else (),
            behind=(seq.initialisation,) if (seq := seq_form.form(ctx)) else (),
        ),
        exit=names.function(ctx.it, "exit"),
        summary=_quoted(ctx.it.summary),
        shims=shims,
        spaces=tuple(ctx.profile.import_space.format(space=space) for space in spaces),
    )


def _whole(ctx: LoweringContext) -> bool:
    """Whether the file of the code is compiled with the guard's option only."""
    return bool(ctx.it.guard) and not ctx.guard


def _layout(struct: Struct, ctx: LoweringContext) -> Layout:
    """The members that the spec names, in the order of the struct."""
    private = next(p for p in ctx.it.place.private if p.struct == struct.name)
    types = dict(private.members)
    named = (m for m in struct.members if m.name in types)
    return Layout(
        struct.name, tuple(Member(m.name, declare(types[m.name], m.name), m.offset // BITS) for m in named)
    )


def _types(ctx: LoweringContext) -> tuple[str, ...]:
    """The types of programs that a set in the kernel is registered for; all where that is not known."""
    types = tuple(programs.registered(ctx.it, ctx.profile) or programs.ANY)
    return COMMON if types == programs.ANY else types


def _quoted(text: str) -> str:
    """A text as it stands in a string of C."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _has_struct(ctx: LoweringContext) -> bool:
    """Whether the kernel's own headers declare the struct already, which a renamed one's never do."""
    it = ctx.it
    return it.released and not it.renamed and it.place.header.startswith("include/")
