# SPDX-License-Identifier: GPL-2.0-only
"""Loops by a macro, such as list_for_each_entry(): what their variables are in each turn, and at the end."""

from __future__ import annotations

from kiter.csource.nodes import Node, named, text
from kiter.flow import vocabulary as words
from kiter.flow.domain import assume
from kiter.flow.machine import Machine
from kiter.flow.state import State
from kiter.flow.values import NULL, Symbol, Value
from kiter.regex import regex

_HEAD = " head"  # ends the name of what the variable of a loop over a list is behind the loop
_COUNTED = regex(r"index|ifindex|\bid\b|bkt|bucket|slot|idx|pos$")  # members that a loop counts in


def element(machine: Machine, node: Node, state: State, *, ended: bool = False) -> list[State]:
    """One more turn of a loop by a macro, or its end: its variable is another element, or where none is."""
    source = machine.code.function.data[node.start_byte : node.start_byte + 60]
    loop = source.partition(b"(")[0].decode("utf-8", "replace").strip()
    loop += _HEAD if ended and loop.startswith("list_") else ""
    gone = words.element_at(loop) if ended else -1
    for number, one in enumerate(_arguments(named(node, "condition"))):
        if one.type == "field_expression" and (counted := _COUNTED.search(text(one))):
            for _, at in machine.place(one, state)[:1]:
                if at is not None:
                    state.memory[at] = state.fresh("load", counted[0], node.start_byte)
        elif one.type == "identifier" and (place := machine.local(text(one))) in state.memory:
            state.memory[place] = NULL if number == gone else _another(state, loop, node)
    return [state]


def _another(state: State, loop: str, node: Node) -> Value:
    found = state.fresh("load", loop, node.start_byte)
    assume(state.facts, found, wanted=True)
    return found


def _arguments(node: Node | None) -> list[Node]:
    """What the macro was given: its own variables are names, and not parts of what is walked over."""
    while node is not None and node.type in {"parenthesized_expression", "comma_expression"}:
        if node.type == "comma_expression":
            return _arguments(named(node, "left")) + _arguments(named(node, "right"))
        node = node.named_children[0] if node.named_children else None
    return [] if node is None else [node]


def at_head(value: Value) -> bool | None:
    """Whether a loop has left its variable at the head of the list; None where none has set it."""
    if not isinstance(value, Symbol) or value.kind != "load":
        return None
    if value.name.endswith(_HEAD):
        return True
    return False if words.LOOPS.fullmatch(value.name) else None
