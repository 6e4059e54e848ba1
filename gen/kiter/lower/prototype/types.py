# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel with the iterator would have in vmlinux.h: the opaque struct, enums defined here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kiter.lower.context import LoweringContext
from kiter.lower.interface import interface
from kiter.lower.kernel import seq_form
from kiter.lower.kernel.enum import Enum, enums
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.struct import ATTRIBUTE, element, seen
from kiter.lower.view_class import view_class


@view_class()
class View:
    """One type: its name with the keyword, "" for none, and what defines it."""

    name: str
    definition: Part
    values: Mapping[str, int]


def views(ctx: LoweringContext) -> Iterator[View]:
    """The types that BPF programs need."""
    known = interface(ctx).enumerators
    if (own := element(ctx)) is not None:
        yield View(f"struct {own.tag}", own, {})
    yield View(f"struct bpf_iter_{ctx.it.name}", seen(ctx, ATTRIBUTE), {})
    if (context := seq_form.context(ctx)) is not None:
        yield View(context.name, context, {})
    for defined in enums(ctx):
        name = f"enum {defined.tag}" if defined.tag else ""
        yield View(name, _numbered(defined, known), {m.flag: known[m.flag] for m in defined.members})


def _numbered(defined: Enum, known: Mapping[str, int]) -> Enum:
    """The enum as BTF has it, which knows no BIT()."""
    members = (replace(m, value=str(known[m.flag])) if m.value else m for m in defined.members)
    return replace(defined, members=tuple(members))
