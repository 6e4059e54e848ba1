# SPDX-License-Identifier: GPL-2.0-only
"""T: what the selftests need to know, and what they could not check."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit, near, rule
from kiter.lint.subject import Subject
from kiter.lower.worlds import HANDLES, ORACLES, WORLDS
from kiter.spec.argument import Argument

# What user space can tell without an object to start from.
FROM_NOWHERE = frozenset({"processes", "threads"})


@rule(
    "T01",
    "an expectation about other elements",
    "what user space should see depends on what the elements are",
    hint="see 'expect' in the reference of the spec language",
)
def other_world(s: Subject) -> Iterator[Hit]:
    world = WORLDS.get(s.it.element)
    possible = ORACLES[world.name] if world else frozenset()
    for case in s.it.cases:
        if case.expect and case.expect not in possible:
            hint = f"there is {', '.join(sorted(possible))}" if possible else "leave it out"
            kind = world.name if world else f"elements of type '{s.it.element}'"
            yield Hit(case.node["expect"].at, f"'{case.expect}' is not known of {kind}", hint)


@rule(
    "T02",
    "an expectation that needs an object",
    "user space names the object that the walk sets out from, but new() takes none",
    hint="add the object as an argument, or expect something else",
)
def nothing_to_start_from(s: Subject) -> Iterator[Hit]:
    if any(a.type in HANDLES for a in s.it.arguments):
        return
    for case in s.it.cases:
        if case.expect and case.expect not in FROM_NOWHERE:
            yield Hit(case.node["expect"].at, f"'{case.expect}' of which object? new() takes none")


def _given(s: Subject) -> set[str]:
    return {name for name, _ in s.it.tests.arguments}


def _plain(s: Subject, a: Argument) -> bool:
    """Whether the tests do not know by themselves what to pass."""
    return a.type not in HANDLES and a.name != s.it.select


@rule(
    "T03",
    "the tests do not know what to pass",
    "a test program gets a task or a css by itself, and tries every flag; it knows no more",
    hint="add the expression to tests: arguments",
)
def unknown_argument(s: Subject) -> Iterator[Hit]:
    if s.it.select and s.it.argument(s.it.select) is None:
        return  # W05 says that it is misspelt
    for a in s.it.arguments:
        if _plain(s, a) and a.name not in _given(s):
            hint = f"add it: tests: {{arguments: {{{a.name}: ...}}}}"
            yield Hit(a.node.key_at, f"nobody says what the tests pass for '{a.name}'", hint)


@rule(
    "T04",
    "a test argument that is not one",
    "tests: arguments says what to pass for arguments of new() that the tests do not know by themselves",
    hint="take it away",
)
def stray_argument(s: Subject) -> Iterator[Hit]:
    for name, code in s.it.tests.arguments:
        a = s.it.argument(name)
        if a is None:
            hint = near(name, (a.name for a in s.it.arguments if _plain(s, a)))
            yield Hit(code.node.key_at, f"there is no argument '{name}'", hint)
        elif not _plain(s, a):
            yield Hit(code.node.key_at, f"the tests choose what to pass for '{name}'")


@rule(
    "T05",
    "elements that the tests cannot tell apart",
    "only the verifier's refusals are tested: user space has no picture of these elements",
    hint="add tests: identity, a number that an element is known by",
    severity="warning",
)
def unknown_elements(s: Subject) -> Iterator[Hit]:
    if s.it.element not in WORLDS and s.it.tests.identity is None:
        yield Hit(s.it.node["element"]["type"].at, f"the tests know nothing of '{s.it.element}'")


@rule(
    "T06",
    "a walk that is compared with nothing",
    "the tests cannot say whether it visits the right elements",
    hint="add 'expect'",
    severity="warning",
)
def unexpected(s: Subject) -> Iterator[Hit]:
    for case in s.it.cases if s.it.element in WORLDS else ():
        if not case.expect and case.walks:
            what = f"the case '{case.flag}'" if case.flag else "the walk"
            yield Hit(case.node.key_at, f"{what} has no 'expect'")


@rule(
    "T07",
    "a second object",
    "the tests can name one object; for the second they pass none, and give up",
    hint="test the iterator by hand",
    severity="warning",
)
def second_object(s: Subject) -> Iterator[Hit]:
    objects = [a for a in s.it.arguments if a.type in HANDLES]
    for a in objects[1:]:
        yield Hit(a.node.key_at, f"the tests name only '{objects[0].name}', not '{a.name}'")
