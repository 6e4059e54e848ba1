# SPDX-License-Identifier: GPL-2.0-only
"""The SEC("iter/...") form of the walk: seq_file operations that make the steps of the open-coded one.

bpf_seq_read() (kernel/bpf/bpf_iter.c) calls stop() at the end of each read(), with the element that was not
shown, or with NULL at the end of the walk; start() of the next read() has to give that element again. The
iterator and the element stay in seq->private between the two, which is right for what the iterator holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kiter.analysis.state import pointee
from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class


@view_class()
class Form:
    """All of it but the line that has it registered."""

    template: ClassVar = "kernel/iter/form.c.j2"
    # how the names of the iterator's functions begin, "bpf_iter_dmabuf"
    prefix: str
    # what programs attach to, and what their context calls the element
    target: str
    member: str
    # the C type of the elements, and the name of the struct
    element: str
    struct: str

    @property
    def initialisation(self) -> str:
        """The call that registers the target."""
        return f"{self.prefix}_target_init()"


@view_class()
class Context:
    """What programs get: the struct as vmlinux.h has it."""

    template: ClassVar = "kernel/iter/context.c.j2"
    target: str
    member: str
    element: str

    @property
    def name(self) -> str:
        """The type, with its keyword."""
        return f"struct bpf_iter__{self.target}"


def form(ctx: LoweringContext) -> Form | None:
    """The form, None where the spec asks for none."""
    if ctx.it.seq is None:
        return None
    return Form(
        prefix=f"bpf_iter_{ctx.it.name}",
        target=ctx.it.seq.target,
        member=ctx.it.seq.member,
        element=ctx.it.element,
        struct=pointee(ctx.it).removeprefix("struct "),
    )


def context(ctx: LoweringContext) -> Context | None:
    """The context of its programs."""
    seq = ctx.it.seq
    return Context(seq.target, seq.member, ctx.it.element) if seq else None


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The form behind the kfuncs of a file that is there; a file of its own has it within."""
    made = form(ctx)
    if made is None or not ctx.it.file:
        return
    fragment = Fragment(ctx.it.file, Anchor.TARGET, (), names=(made.target,), guard=ctx.guard)
    yield Placement(fragment, made, lines="kernel/iter/placed.c.j2")
