# SPDX-License-Identifier: GPL-2.0-only
"""I05, I07, I11: what programs choose, and macros that never give NULL."""

from __future__ import annotations

from kiter.csource.nodes import named, text
from kiter.lint.rule import Hit
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule


@rule(
    "I05",
    "a size that may overflow",
    "a program chooses the number: the product wraps, and what is copied does not fit",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="refuse a number that is too large before it is multiplied, with -E2BIG",
)
def overflowing(trio: Trio) -> Found:
    new = trio.new
    numbers = {p.name for p in new.parameters if not p.pointer}
    compared = {
        text(one)
        for test in new.all("binary_expression")
        if text(named(test, "operator")) in {">", ">=", "<", "<="}
        for one in (named(test, "left"), named(test, "right"))
    }
    told: set[str] = set()
    for one in new.all("binary_expression"):
        if text(named(one, "operator")) in {"*", "<<"}:
            for side in (named(one, "left"), named(one, "right")):
                if text(side) in numbers - compared - told:
                    told.add(text(side))
                    yield Hit(trio.source.at(one), f"'{text(side)}' is multiplied, but never bounded")


@rule(
    "I07",
    "an entry of a list that may be empty",
    "for an empty list, and at the end, the macro makes a pointer out of the head, which is no element",
    kernel="include/linux/list.h, list_first_entry()",
    hint="use a macro that ends in _or_null, or look at list_empty() first",
)
def bogus_entry(trio: Trio) -> Found:
    for function in trio.kfuncs:
        looked = any("list_empty" in text(named(call, "function")) for call in function.calls)
        for call in function.calls:
            name = text(named(call, "function"))
            first = name in {"list_first_entry", "list_first_entry_rcu", "list_last_entry"}
            raw = name in {"list_entry", "list_entry_rcu"} and "next" in text(named(call, "arguments"))
            if (first or raw) and not looked:
                yield Hit(trio.source.at(call), f"'{name}' never gives NULL")


@rule(
    "I11",
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
