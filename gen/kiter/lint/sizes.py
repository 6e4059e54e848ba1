# SPDX-License-Identifier: GPL-2.0-only
"""K08 to K10: how much of the program's stack the state takes."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.spec.rewrite import replaced

MOST_WORDS = 32
MANY_WORDS = 8


def _words(s: Subject) -> int:
    """The words that the state takes; 0 for a spec that is too wrong to have one."""
    return s.analysis.state.words if s.analysis else 0


@rule(
    "K08",
    "state-exceeds-stack",
    "a state that does not fit on the stack",
    "an iterator lives on the program's stack of 512 bytes, which nested loops share",
    kernel="include/linux/filter.h, MAX_BPF_STACK; kernel/bpf/verifier.c, check_max_stack_depth()",
    hint="keep less: a pointer to one object instead of what can be reached from it",
)
def huge_state(s: Subject) -> Iterator[Hit]:
    if (words := _words(s)) > MOST_WORDS:
        node = s.it.node.get("state") or s.it.node["iterator"]
        yield Hit(node.key_at, f"the state needs {words} words of 8 bytes, more than {MOST_WORDS}")


@rule(
    "K09",
    "large-state",
    "a large state",
    "an iterator lives on the program's stack of 512 bytes, which nested loops share",
    kernel="include/linux/filter.h, MAX_BPF_STACK",
    hint=f"up to {MANY_WORDS} words are usual",
    severity="warning",
)
def large_state(s: Subject) -> Iterator[Hit]:
    if MANY_WORDS < (words := _words(s)) <= MOST_WORDS:
        node = s.it.place.node.get("room") or s.it.node.get("state") or s.it.node["iterator"]
        yield Hit(node.key_at, f"the state takes {words} words of 8 bytes of the program's stack")


@rule(
    "K10",
    "room-too-small",
    "'room' is too small",
    "the opaque struct must be as large as the state that is kept in it",
    hint="make it larger, or leave 'room' out",
    fixable=True,
)
def small_room(s: Subject) -> Iterator[Hit]:
    if 0 < s.it.room < (words := _words(s)):
        edit = replaced(s.it.place.node["room"], str(words))
        message = f"the state needs {words} words, not {s.it.room}"
        yield Hit(s.it.place.node["room"].at, message, edit=edit)
