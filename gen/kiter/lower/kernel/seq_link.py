# SPDX-License-Identifier: GPL-2.0-only
"""What a link of SEC("iter/...") is asked for, keeps for its readers, and tells of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.view_class import view_class
from kiter.spec.expression import operand
from kiter.spec.seq_form import Kept, SeqForm
from kiter.spec.snippet import substitute

UNSIGNED = frozenset({"u8", "u16", "u32", "u64", "size_t", "bool"})


@view_class()
class Source:
    """A parameter, and what it comes to."""

    given: str
    value: str
    checked: bool  # that may be a negative error


@view_class(kw_only=True)
class Keep:
    """A member of the link's part of struct bpf_iter_aux_info."""

    name: str  # of the member, and of a variable
    asked: str  # the first parameter that says what it is
    declared: str  # the variable that attaching begins with
    sources: tuple[Source, ...]  # the first that is not 0 says what it is; none where there is `value` alone
    default: str  # what it is where all are 0, "" where a link must name one
    value: str  # what it always is
    pointer: bool  # it may be an ERR_PTR()
    checked: bool  # some of the sources may be a negative error
    values: tuple[str, ...]  # of which it is one, where it is a flag argument


@view_class()
class Told:
    """A member of the link's info."""

    name: str
    value: str

    @property
    def operand(self) -> str:
        """The value as a cast takes it."""
        return operand(self.value)


@view_class()
class Link:
    """All of it."""

    part: str  # the member of the unions
    refuses: tuple[str, ...]  # what must be 0
    choices: tuple[str, ...]  # of which one may be given
    keeps: tuple[Keep, ...]  # the ones that must be released last
    puts: tuple[str, ...]  # what releases them
    tells: tuple[Told, ...]  # of itself


def kept_names(seq: SeqForm) -> Mapping[str, str]:
    """How functions behind attaching spell what the link keeps."""
    return {kept.name: f"aux->{seq.part}.{kept.name}" for kept in seq.keeps}


def asked_names(seq: SeqForm) -> Mapping[str, str]:
    """How attaching spells what it is asked for."""
    return {name: f"linfo->{seq.part}.{name}" for kept in seq.keeps for name, _ in kept.sources}


def link(ctx: LoweringContext, seq: SeqForm) -> Link | None:
    """None where nothing can be asked for."""
    if not seq.keeps:
        return None
    later = {**names.helpers(ctx.it), **kept_names(seq)}
    return Link(
        part=seq.part,
        refuses=tuple(f"linfo->{seq.part}.{name}" for name in seq.refuses),
        choices=tuple(dict.fromkeys(_choices(seq))),
        keeps=tuple(_keep(ctx, seq, kept) for kept in sorted(seq.keeps, key=lambda k: k.put is not None)),
        puts=tuple(substitute(kept.put.text, later) for kept in seq.keeps if kept.put),
        tells=tuple(Told(n, substitute(c.text, later)) for kept in seq.keeps for n, c in kept.tells),
    )


def _choices(seq: SeqForm) -> Iterator[str]:
    for kept in seq.keeps:
        if kept.sources[1:]:
            yield from (asked_names(seq)[name] for name, _ in kept.sources)


def _keep(ctx: LoweringContext, seq: SeqForm, kept: Kept) -> Keep:
    spelled = {**names.helpers(ctx.it), **asked_names(seq)}
    pointer = kept.type.endswith("*")
    signed = not pointer and kept.type not in UNSIGNED and not kept.type.startswith(("unsigned", "enum"))
    sources = tuple(
        Source(spelled[name], substitute(c.text, spelled), signed and "(" in c.text)
        for name, c in kept.sources
    )
    default = substitute(kept.default.text, spelled) if kept.default else ""
    # 0 is as good a value as others
    plain = not sources[1:] and not default and not any(source.checked for source in sources)
    return Keep(
        name=kept.name,
        asked=kept.sources[0][0],
        declared=declare(kept.type, kept.name),
        sources=() if plain else sources,
        default=default,
        value=sources[0].value if plain else "",
        pointer=pointer,
        checked=any(source.checked for source in sources),
        values=tuple(_values(ctx, seq, kept)),
    )


def _values(ctx: LoweringContext, seq: SeqForm, kept: Kept) -> Iterator[str]:
    """The values of the flag argument that it is as it is."""
    for given in seq.arguments:
        argument = ctx.it.argument(given.name)
        if argument and given.value.text.strip() == kept.name and not argument.bits:
            yield from (value.flag for value in argument.values)
