# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel with the iterator would have in vmlinux.h: the opaque struct, an enum defined here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiter.lower.context import LoweringContext
from kiter.lower.interface import interface
from kiter.lower.kernel.enum import enum
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.struct import ATTRIBUTE, seen
from kiter.lower.view_class import view_class


@view_class()
class View:
    """One type: its name with the keyword, "" for none, and what defines it."""

    name: str
    definition: Part
    values: Mapping[str, int]


def views(ctx: LoweringContext) -> Iterator[View]:
    """The types that BPF programs need."""
    yield View(f"struct bpf_iter_{ctx.it.name}", seen(ctx, ATTRIBUTE), {})
    if defined := enum(ctx):
        name = "" if defined.defines == "enum" else defined.defines
        yield View(name, defined, interface(ctx).enumerators)
