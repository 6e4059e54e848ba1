# SPDX-License-Identifier: GPL-2.0-only
"""I60 to I62: the seq_file operations of SEC("iter/...") in C.

What a function of another file does is taken to be right: a position that is handed to one may be advanced
there, and a lock may be released by what is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.csource import seq_operations
from kiter.csource.function import Function
from kiter.csource.nodes import Node, above, declared, named, text
from kiter.csource.seq_operations import SeqOperations
from kiter.flow.holding import Hold, hold
from kiter.flow.locks import alike
from kiter.lint.rule import Hit
from kiter.lint.source.model import Files
from kiter.lint.source.table import Found, files_rule
from kiter.regex import regex

_RELEASES = regex(r"\w*(?:unlock|release|put|stop|end|exit|fini|destroy|drop|free|leave)\w*")
_CHANGES = ("update_expression", "assignment_expression")
_ASKS = ("if_statement", "while_statement", "conditional_expression", "unary_expression", "binary_expression")


def _all(files: Files) -> Iterator[SeqOperations]:
    for source in files.sources:
        yield from seq_operations.read(source)


def names(files: Files) -> list[str]:
    """What all of them are called."""
    return [one.name for one in _all(files)]


@files_rule(
    "I60",
    "position-not-advanced",
    "next() of a seq_file that leaves the position as it is",
    "the position says which element is shown: a reader takes one that has it for the same again",
    kernel="kernel/bpf/bpf_iter.c, bpf_seq_read(): 'buggy seq_file .next function', 5.8 and later",
    hint="advance it on each path, also at the end: ++*pos",
)
def stays(files: Files) -> Found:
    for ops in _all(files):
        following = ops.given.get("next")
        if following and len(following.parameters) == 3:
            name = following.parameters[2].name
            if not any(_moves(one) for one in _uses(following, name)):
                at = ops.source.at(following.parameters[2].node)
                yield Hit(at, f"'{following.name}' does not advance '{name}'")


def _uses(function: Function, name: str) -> list[Node]:
    return [node for node in function.all("identifier") if text(node) == name]


def _moves(node: Node) -> bool:
    """Whether what a pointer leads to may be changed there: unless it is only read."""
    read = node.parent
    if read is None or read.type != "pointer_expression" or not text(read).startswith("*"):
        return True
    inner, outer = read, read.parent
    while outer is not None and outer.type == "parenthesized_expression":
        inner, outer = outer, outer.parent
    if outer is None or outer.type not in _CHANGES:
        return False
    return outer.type == "update_expression" or named(outer, "left") == inner


@files_rule(
    "I61",
    "end-not-expected",
    "a program's context at the end, for which an element is dereferenced",
    "stop() has the program run for NULL once all elements have been shown",
    kernel="kernel/bpf/map_iter.c, bpf_map_seq_stop() and PTR_MAYBE_NULL, 5.8 and later",
    hint="test the pointer first; the context is to have NULL",
)
def follows_null(files: Files) -> Found:
    for ops in _all(files):
        stop = ops.given.get("stop")
        if stop and len(stop.parameters) == 2:
            for node in _unexpected(ops, stop):
                yield Hit(ops.source.at(node), f"'{text(node)}' is NULL here at the end, by '{stop.name}'")


def _unexpected(ops: SeqOperations, stop: Function) -> Iterator[Node]:
    """Where what stop() calls for NULL goes by that, and never asks whether it is NULL."""
    for function, name in _shown_at_end(ops, stop):
        same = {name, *_aliases(function, name)}
        if not any(_asked(node) for one in same for node in _uses(function, one)):
            yield from _followed(function, same)[:1]


def _shown_at_end(ops: SeqOperations, stop: Function) -> Iterator[tuple[Function, str]]:
    """The functions that stop() calls for NULL, each with its parameter that is NULL then."""
    element = stop.parameters[1].name
    for call in stop.calls:
        function = ops.source.functions.get(_name(call))
        arguments = named(call, "arguments")
        given = [text(one) for one in arguments.named_children] if arguments is not None else []
        for value, parameter in zip(given, function.parameters if function else (), strict=False):
            if function and (value == "NULL" or (value == element and _where_null(call, element))):
                yield function, parameter.name


def _where_null(call: Node, element: str) -> bool:
    """Whether a call stands where stop() has found that the element is NULL."""
    branch = above(call, "if_statement")
    if branch is None:
        return False
    asked, then = text(named(branch, "condition")), named(branch, "consequence")
    inside = then is not None and then.start_byte <= call.start_byte < then.end_byte
    return inside and asked in {f"(!{element})", f"({element} == NULL)"}


def _aliases(function: Function, name: str) -> Iterator[str]:
    for one in function.all("init_declarator"):
        if text(_bare(named(one, "value"))) == name:
            yield declared(named(one, "declarator"))


def _asked(node: Node) -> bool:
    """Whether a pointer is looked at itself, in whatever question."""
    parent = node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent is not None and parent.type in _ASKS


def _followed(function: Function, same: set[str]) -> list[Node]:
    every = (one for one in function.all("field_expression") if text(named(one, "operator")) == "->")
    followed = (_bare(named(one, "argument")) for one in every)
    return [one for one in followed if one is not None and one.type == "identifier" and text(one) in same]


def _bare(node: Node | None) -> Node | None:
    """An expression without casts and parentheses."""
    while node is not None and node.type in {"cast_expression", "parenthesized_expression"}:
        node = named(node, "value") if node.type == "cast_expression" else node.named_children[0]
    return node


@files_rule(
    "I62",
    "lock-kept-by-stop",
    "a lock or section that start() takes and stop() keeps",
    "stop() is called at the end of each read(), and then the reader goes back to user space",
    kernel="kernel/locking/lockdep.c, lockdep_sys_exit(); fs/seq_file.c, seq_read_iter(), 5.8 and later",
    hint="release it in stop(), whatever start() has returned",
)
def kept(files: Files) -> Found:
    for ops in _all(files):
        if "start" in ops.given and "stop" in ops.given:
            yield from _kept(ops)


def _kept(ops: SeqOperations) -> Iterator[Hit]:
    """The locks that nothing of all these functions drops, as far as names tell."""
    calls = [*_calls(ops, ops.given.values())]
    dropped = [found.kind for call in calls if (found := _held(call)) and not found.takes]
    others = (_name(call) for call in calls if not _held(call))
    if any(name not in ops.source.functions and _RELEASES.fullmatch(name) for name in others):
        return
    for call in _calls(ops, [ops.given["start"]]):
        taken = _held(call)
        if taken and taken.takes and not any(one == taken.kind or alike(one, taken.kind) for one in dropped):
            yield Hit(ops.source.at(call), f"'{_name(call)}' takes what none of the operations drops")


def _name(call: Node) -> str:
    return text(named(call, "function"))


def _held(call: Node) -> Hold | None:
    """What a call takes or drops."""
    arguments = named(call, "arguments")
    return hold(_name(call), alone=arguments is None or not arguments.named_children)


def _calls(ops: SeqOperations, begun: Iterable[Function]) -> Iterator[Node]:
    """All calls of functions, and of those of the file that they call."""
    waiting, seen = list(begun), set[str]()
    while waiting:
        function = waiting.pop()
        if function.name not in seen:
            seen.add(function.name)
            yield from function.calls
            called = map(_name, function.calls)
            waiting += [ops.source.functions[name] for name in called if name in ops.source.functions]
