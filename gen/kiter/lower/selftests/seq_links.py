# SPDX-License-Identifier: GPL-2.0-only
"""What the selftests of SEC("iter/...") ask links for: the walks that they can give, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.kernel.seq_link import link
from kiter.lower.selftests.variants import flags
from kiter.lower.view_class import view_class
from kiter.spec.seq_form import Read, SeqForm

UNKNOWN = "0x7fff0000"  # a value of no flag argument

Stored = tuple[tuple[str, str], ...]
"""Members of the link's part of union bpf_iter_link_info, and their values."""


@view_class()
class Asked:
    """A link that gives one of the walks."""

    walk: str  # the value of the flags, "all" where there is one walk
    which: int  # its index
    stored: Stored  # what it is asked for
    told: Stored  # what of that it tells again


@view_class()
class Refused:
    """A link that there must not be."""

    name: str
    stored: Stored


@view_class()
class Links:
    """All of them."""

    part: str  # the member of the unions, "" where nothing can be asked for
    asked: tuple[Asked, ...]
    refused: tuple[Refused, ...]


def links(ctx: LoweringContext, seq: SeqForm) -> Links:
    """Those of one iterator."""
    refused = {one.name: one for one in _refused(ctx, seq)}
    asked = tuple(_asked(ctx, seq, read) for read in _reads(ctx, seq))
    return Links(seq.part, asked, tuple(refused.values()))


def _reads(ctx: LoweringContext, seq: SeqForm) -> Iterator[Read]:
    """Those of walks that the kernel has."""
    here = {case.flag for case in ctx.cases}
    return (read for read in seq.reads if not ctx.selector or read.walk in here)


def _asked(ctx: LoweringContext, seq: SeqForm, read: Read) -> Asked:
    told = {name for kept in seq.keeps for name, _ in kept.tells}
    values = flags(ctx)[0].values if ctx.selector else ()
    stored = tuple((name, snippet.text) for name, snippet in read.asks)
    return Asked(
        walk=read.walk,
        which=values.index(read.walk) if read.walk in values else 0,
        stored=stored,
        told=tuple(one for one in stored if one[0] in told),
    )


def _refused(ctx: LoweringContext, seq: SeqForm) -> Iterator[Refused]:
    """What attaching says -EINVAL to before it looks anything up."""
    made = link(ctx, seq)
    if made is None:
        return
    for kept in seq.keeps:
        names = tuple(name for name, _ in kept.sources)
        if names[1:]:
            yield Refused("_and_".join(names[:2]), tuple((name, "1") for name in names[:2]))
        if names[1:] and kept.default is None:
            yield Refused("nothing", ())
    for name in seq.refuses:
        yield Refused(name, ((name, "1"),))
    for of in made.keeps:
        if of.values:
            yield Refused(f"unknown_{of.name}", ((of.asked, UNKNOWN),))
