# SPDX-License-Identifier: GPL-2.0-only
"""The same kfuncs as a module: what the compile check compiles and what a prototype loads."""

from __future__ import annotations

from kiter.lower import programs
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import includes, kfuncs, registration
from kiter.lower.view_class import view_class

COMMON = ("unspec",)  # the common set serves every program type: kernel/bpf/helpers.c, kfunc_init()


@view_class()
class View:
    """`private` headers are named from the root of the kernel tree, where the module is told to look.

    `code` is what the kfuncs' view prints, without the set that a file of its own may hold."""

    includes: tuple[str, ...]
    private: tuple[str, ...]
    guard: str
    code: kfuncs.View
    registration: registration.Set
    summary: str
    shims: tuple[str, ...]
    spaces: tuple[str, ...]


def view(ctx: LoweringContext, shims: tuple[str, ...] = (), spaces: tuple[str, ...] = ()) -> View:
    """A complete translation unit, guarded as its Makefile line would guard it.

    `shims` are symbols that the kernel does not export: the module finds their addresses when it
    is loaded. `spaces` are the namespaces of those that it exports in one.
    """
    always = {*includes.OF_KFUNCS, *includes.OF_A_SET}
    always |= {"linux/kprobes.h"} if shims else set()
    return View(
        includes=includes.public(ctx, always),
        private=ctx.it.private_headers,
        guard=ctx.it.guard,
        code=kfuncs.view(ctx, alone=not _has_struct(ctx)),
        registration=registration.own_set(ctx, _types(ctx), "find_shims" if shims else ""),
        summary=_quoted(ctx.it.summary),
        shims=shims,
        spaces=tuple(ctx.profile.import_space.format(space=space) for space in spaces),
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
