# SPDX-License-Identifier: GPL-2.0-only
"""Whether the head of a list, which is no element, was ruled out where an entry is made of a place."""

from __future__ import annotations

from kiter.lint.subject import Use
from kiter.lint.tokens import Call, Token, calls

# Which function of include/linux/list.h says, of what the macro is given, that there is an element.
TESTS = {
    "list_entry": ("list_is_head",),
    "list_entry_rcu": ("list_is_head",),
    "list_first_entry": ("list_empty", "list_empty_careful", "list_is_singular"),
    "list_first_entry_rcu": ("list_empty_rcu",),
    "list_last_entry": ("list_empty", "list_empty_careful", "list_is_singular"),
    "list_next_entry": ("list_is_last",),
    "list_prev_entry": ("list_is_first",),
}


def ruled_out(use: Use, entry: Call) -> bool:
    """Whether the text before an entry macro tests its place, and does not change it afterwards."""
    place = "".join(token.text for token in entry.arguments[0]) if entry.arguments else ""
    before = [token for token in use.words.tokens if token.offset < entry.name.offset]
    tested = max((*_asked(use, entry, place), *_compared(before, place)), default=-1)
    return tested >= 0 and not any(at > tested for at in _changed(before, place))


def _asked(use: Use, entry: Call, place: str) -> list[int]:
    """Where a function of the list is asked about the place, or about a member of it."""
    return [
        call.name.offset
        for call in calls(use.words)
        if call.name.text in TESTS.get(entry.name.text, ())
        and call.name.offset < entry.name.offset
        and "".join(t.text for t in call.arguments[0]).removeprefix("&").startswith(place.removeprefix("&"))
    ]


def _compared(before: list[Token], place: str) -> list[int]:
    """Where the place is compared with an address: `at != &head`."""
    found = []
    for i, token in enumerate(before):
        texts = [t.text for t in before[i + 1 : i + 4]]
        earlier = [t.text for t in before[max(i - 3, 0) : i]]
        right = "".join(texts[:2]) in {"==", "!="} and texts[2:] != ["NULL"]
        left = "".join(earlier[-2:]) in {"==", "!="} and earlier[:1] != ["NULL"]
        if token.free and token.text == place and (left or right):
            found.append(token.offset)
    return found


def _changed(before: list[Token], place: str) -> list[int]:
    """Where the place is assigned to by a statement: what stands in the head of a loop precedes its test."""
    found, depth = [], 0
    for i, token in enumerate(before):
        depth += (token.text == "(") - (token.text == ")")
        after = [t.text for t in before[i + 1 : i + 3]]
        if depth == 0 and token.free and token.text == place and after[:1] == ["="] and after != ["=", "="]:
            found.append(token.offset)
    return found
