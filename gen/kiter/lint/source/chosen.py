# SPDX-License-Identifier: GPL-2.0-only
"""I05, I07, I11: what programs choose, and macros that never give NULL."""

from __future__ import annotations

from kiter.csource.nodes import named, text
from kiter.lint.rule import Hit
from kiter.lint.source.found import hits, where
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule


@rule(
    "I05",
    "size-overflow",
    "a size that may overflow",
    "a program chooses the number: the product wraps, and what is copied does not fit",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="refuse a number that is too large before it is multiplied, with -E2BIG",
)
def overflowing(trio: Trio) -> Found:
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, "new", "wraps")),
        lambda one: f"'{one.fault.subject}' is multiplied, but never bounded",
    )


@rule(
    "I07",
    "first-entry-of-empty-list",
    "an entry of a list that may be empty",
    "for an empty list, and at the end, the macro makes a pointer out of the head, which is no element",
    kernel="include/linux/list.h, list_first_entry()",
    hint="use a macro that ends in _or_null, or look at list_empty() first",
)
def bogus_entry(trio: Trio) -> Found:
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, ".*", "bogus")),
        lambda one: f"'{one.fault.subject}' never gives NULL, and nothing asks whether it is the head",
    )


@rule(
    "I11",
    "unchecked-flags",
    "flags that are not checked",
    "what is accepted today means something, or nothing, for ever: no value can be given a meaning later",
    kernel="kernel/bpf/task_iter.c, bpf_iter_css_task_new(), 6.7 and later",
    hint="refuse whatever is not known: a switch with 'default: return -EINVAL', or a mask",
)
def unchecked_flags(trio: Trio) -> Found:
    for p in trio.new.parameters[1:]:
        if p.pointer or "flag" not in p.name:
            continue
        given = (named(call, "arguments") for call in trio.new.calls)
        handed = any(p.name == text(one) for some in given for one in (some.named_children if some else ()))
        if p.name not in trio.life.tested and not handed:
            yield Hit(trio.source.at(p.node), f"any value of '{p.name}' is accepted")
        elif p.name in trio.life.loose and not handed:
            yield Hit(
                trio.source.at(p.node), f"other values of '{p.name}' than those that it knows are accepted"
            )
