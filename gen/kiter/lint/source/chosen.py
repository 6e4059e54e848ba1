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
    "a program chooses the number: the product wraps, and the copy overflows",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="reject a number that is too large before it is multiplied, with -E2BIG",
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
    "at the end, and for an empty list, the macro computes a pointer from the head, which is not an element",
    kernel="include/linux/list.h, list_first_entry()",
    hint="use a macro that ends in _or_null, or test list_empty() first",
)
def bogus_entry(trio: Trio) -> Found:
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, ".*", "bogus")),
        lambda one: f"'{one.fault.subject}' never returns NULL, and nothing tests for the head",
    )


@rule(
    "I11",
    "unchecked-flags",
    "flags that are not checked",
    "what is accepted today is ABI: no value can be given a meaning later",
    kernel="kernel/bpf/task_iter.c, bpf_iter_css_task_new(), 6.7 and later",
    hint="reject unknown values: a switch with 'default: return -EINVAL', or a mask",
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
            yield Hit(trio.source.at(p.node), f"unknown values of '{p.name}' are accepted")
