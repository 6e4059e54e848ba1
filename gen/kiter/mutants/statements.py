# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in the statements of an iterator's functions: checks, stores, steps and calls left out or changed.

They are found in the syntax of the C as it was emitted, so that code which an author wrote gets them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kiter.csource.function import Function
from kiter.csource.nodes import Node, above, below, named, text
from kiter.csource.source import Source
from kiter.mutants.mutant import Mutant, nameless, pattern_of
from kiter.output import Kind, Rendered
from kiter.regex import regex
from kiter.value_class import value_class

_ERRNO = regex(r"-(E[A-Z0-9]+)\b")
_EMPTY = frozenset({"", "NULL"})  # what an iterator without elements returns
_SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SHORT = 40  # characters of C that a sentence about it quotes


@value_class
class Change:
    """What of a function is to become what, and what that is called."""

    kind: str  # of bug, such as "bound"
    word: str  # for it in the mutant's name
    what: str  # changes, for a reader
    old: str  # the text that goes
    new: str  # what comes in its place
    node: Node  # where it stands in the function


Changes = Iterator[Change]


def of_statements(spec: str, rendered: Rendered) -> Iterator[Mutant]:
    """Those of all functions that an iterator brings along."""
    made = rendered.of(Kind.KFUNCS)
    if made is None:
        return
    used: dict[str, int] = {}
    for function in Source(made.path, made.text).functions.values():
        for change in _changes(function, rendered.iterator):
            yield _mutant(spec, rendered, function, change, used)


def _mutant(
    spec: str, rendered: Rendered, function: Function, change: Change, used: dict[str, int]
) -> Mutant:
    before = function.data[function.item.whole.start_byte : change.node.start_byte].decode()
    place = len(pattern_of(change.old).findall(before)) + 1
    slug = f"{function.name.removeprefix(f'bpf_iter_{rendered.iterator}_')}-{change.word}"
    used[slug] = used.get(slug, 0) + 1
    return Mutant(
        spec=spec,
        kind=change.kind,
        slug=slug if used[slug] == 1 else f"{slug}-{used[slug]}",
        what=change.what,
        old=nameless(change.old, rendered),
        new=nameless(change.new, rendered),
        within=nameless(function.name, rendered),
        nth=place,
    )


def _changes(function: Function, name: str) -> Changes:
    role = function.name.removeprefix(f"bpf_iter_{name}_")
    for of in _KINDS:
        for change in of(function, role):
            if "/*" not in change.old and "//" not in change.old:
                yield change


def _checks(function: Function, role: str) -> Changes:
    """An `if` without else: what it looks at is not looked at."""
    for node in function.all("if_statement"):
        if named(node, "alternative") is not None:
            continue
        what = f"'if {_quoted(text(named(node, 'condition')))}' is left out"
        yield Change(_kind_of_check(named(node, "consequence")), "unchecked", what, text(node), ";", node)


def _kind_of_check(then: Node | None) -> str:
    """What an `if` is for, by what it does."""
    returned = [_returned(node) for node in below(then, "return_statement")]
    if any(map(_ERRNO.search, returned)) or any(below(then, "goto_statement")):
        return "check"
    alone = then is not None and then.type == "return_statement"
    return "empty iterator" if alone and returned[0] in _EMPTY else "branch"


def _returned(node: Node) -> str:
    return text(node.named_children[0]) if node.named_children else ""


def _errnos(function: Function, role: str) -> Changes:
    for node in function.returns:
        if found := _ERRNO.fullmatch(_returned(node)):
            other = "EINVAL" if found[1] == "EOPNOTSUPP" else "EOPNOTSUPP"
            said, what = text(node), f"-{other} for -{found[1]}"
            yield Change("errno", "errno", what, said, said.replace(found[0], f"-{other}"), node)


def _cases(function: Function, role: str) -> Changes:
    """A value that a switch tells apart is not known to it, or any value is."""
    for node in function.all("case_statement"):
        value = named(node, "value")
        if value is not None:
            label, what = text(node).partition(":")[0] + ":", f"{text(value)} is not known"
            yield Change("flags", "case", what, label, "", node)
        elif any(_ERRNO.search(_returned(inside)) for inside in below(node, "return_statement")):
            yield Change("flags", "default", "any value is accepted", text(node), "", node)


def _statements(function: Function, role: str) -> Changes:
    first = min((node.start_byte for node in function.returns), default=0)
    for node in function.all("expression_statement"):
        inside = node.named_children[0] if node.named_children else None
        stores = inside is not None and inside.type in {"assignment_expression", "update_expression"}
        if text(node).startswith("BUILD_BUG_ON"):  # says something to the compiler, not to the machine
            continue
        kind = "call"
        if stores:
            kind = {"new": "start", "next": "step"}.get(role, "store")
            if role == "new" and node.start_byte < first:
                kind = "empty state"
        yield Change(kind, "without", f"'{_quoted(text(node))}' is left out", text(node), ";", node)


def _bounds(function: Function, role: str) -> Changes:
    for node in function.all("binary_expression"):
        left, sign, right = (named(node, field) for field in ("left", "operator", "right"))
        if left is None or sign is None or right is None or _of_compiler(node):
            continue
        said, word = text(node), text(sign)
        if word in _SWAPPED:
            new = f"{text(left)} {_SWAPPED[word]} {text(right)}"
            yield Change("bound", "bound", f"'{_quoted(new)}' for '{_quoted(said)}'", said, new, node)
        elif word in {"+", "-"} and text(right) == "1":
            new = f"({text(left)})"
            yield Change("bound", "one", f"'{_quoted(text(left))}' for '{_quoted(said)}'", said, new, node)


def _choices(function: Function, role: str) -> Changes:
    for node in function.all("conditional_expression"):
        for field in ("consequence", "alternative"):
            if (taken := named(node, field)) is not None and not _of_compiler(node):
                what = f"always '{_quoted(text(taken))}' of '{_quoted(text(node))}'"
                yield Change("branch", "always", what, text(node), f"({text(taken)})", node)


def _of_compiler(node: Node) -> bool:
    """Whether it stands in what only the compiler looks at."""
    call = above(node, "call_expression")
    return call is not None and any(
        text(n) == "BUILD_BUG_ON" for n in below(named(call, "function"), "identifier")
    )


def _quoted(code: str) -> str:
    return code if len(code) <= _SHORT else f"{code[: _SHORT - 3].rstrip()}..."


_KINDS: tuple[Callable[[Function, str], Changes], ...] = (
    *(_checks, _errnos, _cases),
    *(_statements, _bounds, _choices),
)
