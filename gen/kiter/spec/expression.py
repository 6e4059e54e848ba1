# SPDX-License-Identifier: GPL-2.0-only
"""C expressions that an author wrote: where they may be cut, and where they need parentheses."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from kiter.regex import regex
from kiter.spec.snippet import tokens

CALL = regex(r"(?P<name>[A-Za-z_]\w*)\((?P<inside>.*)\)", re.DOTALL)
COMPARED = regex(r"((?:->|[^=!<>])+) ([=!]=) ((?:->|[^=!<>])+)")
OPPOSITE = {"==": "!=", "!=": "=="}
PREFIX = "&*!~-"
DOUBLED = "&|=<>"
BREAKS = ("&&", "||", "?", ":")


def _parts(text: str) -> Iterator[tuple[str, str, int]]:
    """(kind, token, brackets round it) of every token; `&&` is one, a bracket stands inside itself."""
    depth, held = 0, ""
    for kind, token in tokens(text):
        if held and token != held:
            yield "other", held, depth
            held = ""
        if kind == "other" and token in DOUBLED:
            if held:
                yield kind, held + token, depth
            held = "" if held else token
            continue
        depth += token in ("(", "[", "{")
        yield kind, token, depth
        depth -= token in (")", "]", "}")
    if held:
        yield "other", held, depth


def _cut(text: str, behind: Container[str]) -> tuple[str, ...]:
    """The text cut behind each of these tokens that stands in no brackets."""
    found = [""]
    for _, token, depth in _parts(text):
        found[-1] += token
        if depth == 0 and token in behind:
            found.append("")
    return tuple(part.strip() for part in found)


def items(text: str) -> tuple[str, ...]:
    """What stands between the brackets of a list, cut behind each comma."""
    return tuple(part.removesuffix(",") for part in _cut(text, {","}))


def clauses(text: str) -> tuple[str, ...]:
    """What stands between the brackets of a `for`, cut behind each semicolon."""
    return _cut(text, {";"})


def bracketed(text: str) -> tuple[tuple[str, ...], str]:
    """`(a, b) rest` as ("a", "b") and ") rest"."""
    size = 0
    for _, token, depth in _parts(text):
        size += len(token)
        if token == ")" and depth == 1:
            break
    inside, rest = text[1 : size - 1], text[size - 1 :]
    return items(inside), rest


def choice(text: str) -> tuple[str, str, str] | None:
    """`a ? b : c` as its three parts; None for anything else."""
    parts = _cut(text, {"?", ":"})
    if len(parts) != 3 or not parts[0].endswith("?") or not parts[1].endswith(":"):
        return None
    condition, then = (part[:-1].rstrip() for part in parts[:2])
    return (condition, then, parts[2]) if then else None


def split_arguments(text: str) -> tuple[str, tuple[str, ...]] | None:
    """`f(a, g(b, c))` as ("f(", ("a", "g(b, c)")); None when the text is not one call."""
    found = CALL.fullmatch(text)
    if found is None or any(depth < 0 for _, _, depth in _parts(found["inside"])):
        return None
    return f"{found['name']}(", items(found["inside"])


def breakable(text: str) -> tuple[str, ...]:
    """The text in pieces that may stand on lines of their own: an operator ends its line."""
    return _cut(text, BREAKS)


def terms(text: str) -> tuple[str, ...]:
    """The text cut behind each operator that stands between spaces and in no brackets."""
    parts = [("space", "", 0), *_parts(text), ("space", "", 0)]
    found = [""]
    for (before, _, _), (kind, token, depth), (after, _, _) in zip(parts, parts[1:], parts[2:], strict=False):
        found[-1] += token
        if depth == 0 and kind == "other" and before == after == "space" and token != ",":
            found.append("")
    return tuple(part.strip() for part in found)


def operand(text: str) -> str:
    """The text as an operand of any operator: in parentheses unless it is no operation itself."""
    bare = text.lstrip(PREFIX)
    loose = (depth == 0 and kind in ("other", "space") for kind, _, depth in _parts(bare))
    return f"({text})" if any(loose) else text


def conjuncts(text: str) -> tuple[str, ...]:
    """The conditions of `a && b`, which all must hold; any other text is the only one."""
    parts = _cut(text, {*BREAKS, ",", "="})
    if not all(part.endswith("&&") for part in parts[:-1]):
        return (text,)
    return tuple(part.removesuffix("&&").rstrip() for part in parts)


def arm(text: str) -> str:
    """The text as one side of a `?:`: in parentheses when it is a choice, an assignment or a list."""
    loose = (depth == 0 and token in ("?", ",", "=") for _, token, depth in _parts(text))
    return f"({text})" if any(loose) else text


def negated(text: str) -> str:
    """The condition that is true when this one is not."""
    inner = text[1:].lstrip()
    if text.startswith("!") and operand(inner) == inner:
        return inner
    if (
        (sides := COMPARED.fullmatch(text))
        and operand(sides[1]) == sides[1]
        and operand(sides[3]) == sides[3]
    ):
        return f"{sides[1]} {OPPOSITE[sides[2]]} {sides[3]}"
    return f"!{operand(text)}"
