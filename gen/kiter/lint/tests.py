# SPDX-License-Identifier: GPL-2.0-only
"""T: what the selftests need to know, and what they could not check."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.fixture import Fixture
from kiter.fixtures.known import fixture_of, fixtures, handles_of, hooked, library_of, objects
from kiter.fixtures.user import USER
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.names import near, only
from kiter.spec.argument import Argument
from kiter.spec.node import Node
from kiter.spec.rewrite import renamed, replaced


@rule(
    "T01",
    "expectation-of-other-element",
    "an expectation about other elements",
    "what user space should see depends on what the elements are, and of what",
    hint="a fixture names what it sees: see its oracles",
    fixable=True,
)
def other_elements(s: Subject) -> Iterator[Hit]:
    found = _fixtures(s)
    possible = frozenset(name for fixture in found for name in fixture.oracles)
    for expect, node in _expected(s):
        if expect not in possible:
            hint, right = near(expect, sorted(possible)) or "leave it out", only(expect, possible)
            edit = replaced(node["expect"], right) if right else None
            of = f"of the fixture '{found[0].name}'" if found else f"of elements of type '{s.it.element}'"
            yield Hit(node["expect"].at, f"'{expect}' is not an oracle {of}", hint, edit)


def _fixtures(s: Subject) -> tuple[Fixture, ...]:
    """The surroundings of the elements, or all that these could have."""
    found = fixture_of(s.it)
    return (found,) if found else fixtures(s.it)


def _expected(s: Subject) -> Iterator[tuple[str, Node]]:
    """Every expectation, and the part of the spec that it stands in."""
    values = (flag for a in s.it.arguments for flag in a.flags if a.name != s.it.select)
    yield from ((v.expect, v.node) for v in values if v.expect)
    yield from ((case.expect, case.node) for case in s.every_case if case.expect)


@rule(
    "T02",
    "expectation-without-object",
    "an expectation that needs an object",
    "user space names the object where the walk starts, but new() takes none",
    hint="add the object as an argument, or expect something else",
)
def nothing_to_start_from(s: Subject) -> Iterator[Hit]:
    if objects(s.it):
        return
    known = {name: (oracle, f.name) for f in _fixtures(s) for name, oracle in f.oracles.items()}
    for expect, node in _expected(s):
        if expect in known and not known[expect][0].nowhere:
            whose = f"of the fixture '{known[expect][1]}'"
            yield Hit(node["expect"].at, f"'{expect}' {whose} is of which object? new() takes none")


def _of_fixture(s: Subject, a: Argument) -> str:
    """Which fixture says how a program comes by it."""
    found = handles_of(s.it).get(a.type) or {one.name: hook for one, hook in hooked(s.it)}.get(a.name)
    return f": the fixture '{found.fixture}' says how a program gets one" if found else ""


def _lacking(s: Subject, a: Argument) -> str:
    """Which fixture knows such an object, and why that is not enough for the tests."""
    library = library_of(s.it)
    if hook := library.hooks.get(a.type):
        return f": the fixture '{hook.fixture}' has one for programs of SEC(\"{hook.section}\") only"
    named = (f.name for f in library.fixtures if f.element == a.type)
    return next((f": the fixture '{name}' does not say how a program gets one" for name in named), "")


def _given(s: Subject) -> set[str]:
    return {name for name, _ in s.it.tests.arguments}


def _had(s: Subject, a: Argument) -> bool:
    """Whether a fixture says how a program comes by it."""
    return a.type in handles_of(s.it) or a.name in {one.name for one, _ in hooked(s.it)}


def _plain(s: Subject, a: Argument) -> bool:
    """Whether the tests do not know by themselves what to pass."""
    fixture = fixture_of(s.it)
    known = _had(s, a) or a.restricted or a.implicit
    return not known and not (fixture and a.name == fixture.place)


@rule(
    "T03",
    "unknown-test-argument-value",
    "the tests do not know what to pass",
    "a test program gets objects from fixtures, and tries every flag; it knows no more",
    hint="add the expression to tests: arguments; of an object, say in 'objects' or 'hooks' of a fixture",
)
def unknown_argument(s: Subject) -> Iterator[Hit]:
    if s.it.select and s.it.argument(s.it.select) is None:
        return  # W05 says that it is misspelt
    plain = [a for a in s.it.arguments if _plain(s, a) and a.name not in _given(s)]
    cases = s.it.tests.cases if s.it.lifetime == "state" else ()
    for case in cases:
        given = {name for name, _ in case.arguments}
        for a in plain:
            if a.name not in given:
                said = f"the case '{case.name}' does not say what to pass for '{a.name}'{_lacking(s, a)}"
                yield Hit(case.node.at, said)
    for a in plain if not cases else ():
        hint = f"add it: tests: {{arguments: {{{a.name}: ...}}}}"
        yield Hit(a.node.key_at, f"nothing says what the tests pass for '{a.name}'{_lacking(s, a)}", hint)


@rule(
    "T04",
    "unknown-test-argument",
    "an unknown test argument",
    "what the tests pass is said for arguments of new() that they do not know by themselves",
    hint="remove it",
    fixable=True,
)
def stray_argument(s: Subject) -> Iterator[Hit]:
    given, numbers = [(name, code.node) for name, code in s.it.tests.arguments], s.it.lifetime == "state"
    chosen = {s.it.select} & {name for name, _ in given} if not numbers else set()
    given += [item for case in s.it.tests.cases for item in case.node["arguments"].items()]
    known = s.it.node.value.get("arguments", {})
    for name, node in given:
        a = s.it.argument(name)
        if name not in known:
            possible = [a.name for a in s.it.arguments if _plain(s, a)]
            right = only(name, possible)
            edit = renamed(node.document, node.path, right) if right else None
            yield Hit(node.key_at, f"there is no argument '{name}'", near(name, possible), edit)
        elif a and (_had(s, a) or a.name in chosen or a.implicit):
            yield Hit(node.key_at, f"the tests choose what to pass for '{name}'{_of_fixture(s, a)}")


@rule(
    "T05",
    "indistinguishable-elements",
    "elements that the tests cannot tell apart",
    "the contract is tested, but nothing checks which elements a walk visits",
    hint="write a fixture, as docs/fixtures.md shows; or say in tests: identity how to tell them apart",
    severity="warning",
)
def unknown_elements(s: Subject) -> Iterator[Hit]:
    if not _fixtures(s) and s.it.tests.identity is None:
        yield Hit(s.it.node["element"]["type"].at, f"the tests cannot identify '{s.it.element}'")


@rule(
    "T06",
    "walk-without-expectation",
    "a walk that is compared with nothing",
    "the tests cannot say whether it visits the right elements",
    hint="add 'expect'",
    severity="warning",
)
def unexpected(s: Subject) -> Iterator[Hit]:
    if s.it.lifetime == "state":
        if not any(case.valued for case in s.it.tests.cases) and not any(_expected(s)):
            hint = "add tests: cases with the arguments and 'values', the numbers that the walk must return"
            yield Hit(s.walk.key_at, "no case says which numbers the walk returns", hint)
        return
    values = {flag.expect for a in s.it.arguments for flag in a.flags if a.name != s.it.select}
    # what can live in one file only has elements that only its neighbours make
    for case in s.every_case if _fixtures(s) and not s.it.place.inside else ():
        if not case.expect and case.walks and not (values and "" not in values):
            what = f"'{case.flag}'" if case.flag else "the walk"
            yield Hit(case.node.key_at, f"{what} has no 'expect'", _oracles(s))


def _oracles(s: Subject) -> str:
    """What a fixture has to expect, "" if it has nothing."""
    found = next((fixture for fixture in _fixtures(s) if fixture.oracles), None)
    return f"the fixture '{found.name}' has {', '.join(found.oracles)}: add 'expect'" if found else ""


@rule(
    "T07",
    "second-test-object",
    "a second object",
    "the tests can pass one object only",
    hint="write the tests of the iterator manually",
    severity="warning",
)
def second_object(s: Subject) -> Iterator[Hit]:
    given = [a for a in s.it.arguments if a.type in handles_of(s.it)]
    for a in given[1:]:
        yield Hit(a.node.key_at, f"the tests name only '{given[0].name}', not '{a.name}'")


@rule(
    "T08",
    "cases-over-objects",
    "cases of an iterator over objects",
    "a case lists numbers; which objects a walk returns depends on what user space sees",
    hint="say what to expect of the walk instead, or that new() 'fails'",
)
def cases_of_objects(s: Subject) -> Iterator[Hit]:
    for case in s.it.tests.cases if s.it.lifetime != "state" else ():
        if not case.errno:
            yield Hit(case.node.at, f"'{s.it.element}' is no number in the iterator's state")


@rule(
    "T09",
    "undefined-test-function",
    "an undefined function in the tests",
    "a test calls functions of the fixture's user.c, and does not compile without them",
    hint="define it there: docs/fixtures.md says what each function does",
)
def missing_function(s: Subject) -> Iterator[Hit]:
    found, asked = fixture_of(s.it), dict(_expected(s))
    if found is None or not asked:
        return
    place = s.it.argument(found.place) is not None
    for name in found.lacking(asked, bool(objects(s.it)), place):
        called = (e for e in asked if e in found.oracles and found.oracles[e].function == name)
        node = asked[next(called, next(iter(asked)))]
        yield Hit(node["expect"].at, f"there is no '{name}' in {USER} of the fixture '{found.name}'")


@rule(
    "T10",
    "null-for-required-argument",
    "NULL for an argument that must not be NULL",
    "the verifier accepts NULL for a pointer only if it is 'nullable': no test program would load",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="say in 'objects' of a fixture how to get one, as docs/fixtures.md shows, and leave this out",
)
def null_object(s: Subject) -> Iterator[Hit]:
    given = [(name, code.text, code.node) for name, code in s.it.tests.arguments]
    for case in s.it.tests.cases:
        given += [(name, text, case.node["arguments"][name]) for name, text in case.arguments]
    for name, text, node in given:
        a = s.it.argument(name)
        if a and a.pointer and text in {"NULL", "0"} and not (a.nullable or a.ignored or a.implicit):
            yield Hit(node.at, f"NULL for '{name}', a '{a.type}' that may not be NULL")


@rule(
    "T11",
    "question-without-companion",
    "a question that asks no companion",
    "each of 'asks' is about what companions do with an iterator that is live, at its end or empty",
    hint="call one of the spec's 'companions' on 'it'",
)
def no_question(s: Subject) -> Iterator[Hit]:
    companions = {companion.name for companion in s.it.companions}
    for ask in s.it.tests.asks:
        if not companions & ask.calls.names():
            yield Hit(ask.node["calls"].at, f"'{ask.name}' calls no companion")


# those that tests can run (gen/kiter/lower/selftests/hosts.py): the others run where the kernel calls them
RUN = frozenset({"syscall", "tracing", "lsm", "sched_cls", "xdp", "cgroup_skb"})


@rule(
    "T12",
    "set-without-testable-program",
    "a set for programs that no test can run",
    "tests stand in programs of the types of the set, and these run where the kernel calls them alone",
    kernel="kernel/bpf/btf.c, bpf_prog_type_to_kfunc_hook()",
    hint="add a type that a test can run, such as syscall",
    severity="warning",
)
def untested_set(s: Subject) -> Iterator[Hit]:
    if s.it.programs and not RUN & {*s.it.programs}:
        named = " and ".join(s.it.programs)
        yield Hit(s.it.node["placement"]["set"].key_at, f"no test can run programs of type {named}")
