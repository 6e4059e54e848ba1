# SPDX-License-Identifier: GPL-2.0-only
"""I12: what the end of a walk leaves to companions."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.csource.nodes import Node, above, below, named, text
from kiter.lint.rule import Hit
from kiter.lint.source.function import ZEROS, Function
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule


@rule(
    "I12",
    "the end clears what companions read",
    "a companion takes a walk that has ended for one that never began, and does nothing where it could",
    kernel="kernel/sched/ext/ext.c, scx_dsq_move(), which moves a task after a full walk",
    hint="mark the end in a field that next() and destroy() alone read",
)
def companion_silenced(trio: Trio) -> Found:
    read = {path for one in _callable(trio) for path in _paths(one)}
    for field, value, at in trio.next.stores:
        fixed = all(text(other) in ZEROS for name, other, _ in trio.next.stores if name == field)
        path = _path(named(at, "left"))
        seen = any(other == path or other.startswith((f"{path}.", f"{path}->")) for other in read)
        if seen and fixed and text(value) in ZEROS and not _given_back(trio.next, field, at):
            yield Hit(trio.source.at(at), f"companions read '{path}' after the end, too")


def _paths(function: Function) -> Iterator[str]:
    """What a function names of the state, as it stands behind the first arrow."""
    for one in function.all("field_expression"):
        whole = one.parent is None or one.parent.type != "field_expression"
        if whole and function.field(one):
            yield _path(one)


def _path(member: Node | None) -> str:
    return text(member).partition("->")[2]


def _callable(trio: Trio) -> Iterator[Function]:
    """The companions, and what they hand the iterator to."""
    for companion in trio.companions:
        yield from (companion, *_receivers(trio, companion))


def _given_back(function: Function, field: str, at: Node) -> bool:
    """Whether a call beside the store has what the field held: it is not to be read any more."""
    block = above(at, "compound_statement", "if_statement")
    beside = block.named_children if block is not None and block.type == "compound_statement" else ()
    alone = (one for one in beside if one.type == "expression_statement")
    calls = (call for one in alone for call in below(one, "call_expression"))
    return any(field in function.fields(named(call, "arguments")) for call in calls)


def _receivers(trio: Trio, companion: Function) -> Iterator[Function]:
    """The functions of the file that get the iterator from a companion."""
    for call in companion.calls:
        given = {text(one) for one in below(named(call, "arguments"), "identifier")}
        function = trio.functions.get(text(named(call, "function")))
        if function is not None and given & companion.state:
            yield function
