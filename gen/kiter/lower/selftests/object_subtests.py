# SPDX-License-Identifier: GPL-2.0-only
"""The subtests of an iterator over kernel objects: which there are, and what each needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.fixtures.fixture import ELEMENT, NEXT, REFERENCES, Fixture, Oracle
from kiter.lower.context import LoweringContext
from kiter.lower.selftests.frame import held, place
from kiter.lower.selftests.subtests import CHECK_MEMORY, DRAINED, Subtest
from kiter.lower.selftests.variants import Variant, cases_refused
from kiter.lower.selftests.walking import Keep, asks, irqs_off, keeps, takes_memory
from kiter.lower.view_class import view_class
from kiter.spec.snippet import free_names


@view_class(kw_only=True)
class Compare(Subtest):
    """Compares with what user space sees, from each object that a walk may set out from."""

    # whether user space does not see the order
    unordered: bool
    # the argument that says where between the elements the walk begins, "" without
    place: str
    # whether some walk must begin at the object that it is given
    first: bool


@view_class(kw_only=True)
class Contract(Subtest):
    """Tries the contract of an iterator, and the programs that acquire what an element leads to."""

    keeps: tuple[Keep, ...]


@view_class(kw_only=True)
class Balance(Subtest):
    """Counts references before and after walks, some of them over an element that was created meanwhile."""

    # functions that create and remove an element
    create: tuple[str, ...]
    remove: tuple[str, ...]
    # the same of an object to set out from, "" where new() takes none
    create_start: str
    remove_start: str
    # whether a single reference stands out, because nobody else takes any
    exact: bool


@view_class(kw_only=True)
class Memory(Subtest):
    """Counts memory; `bare` is an object without elements, "" if there is none."""

    bare: str


@view_class(kw_only=True)
class ElementRemoved(Subtest):
    """Removes the element that a walk stands on; `follows` says that another stands behind it."""

    follows: bool


@view_class(kw_only=True)
class Removal(Subtest):
    """Removes the object that a walk sets out from, by the function `remove`, after `create`."""

    create: str
    remove: str
    # whether walks differ in what new() answers, and in whether they end at once
    answers: bool
    empties: bool


@view_class(kw_only=True)
class Ask(Subtest):
    """Asks a companion by a `program`; `live` says that it is known what that must say of a live iterator."""

    program: str
    live: bool

    @property
    def title(self) -> str:
        """What it is called in reports."""
        return f"companion {self.name}"


@view_class(kw_only=True)
class Null(Subtest):
    """Passes NULL in place of the object; `met` says that such a walk has elements."""

    met: bool


@view_class(kw_only=True)
class Refused(Subtest):
    """A call of new() by a case of the spec: the arguments that it stores, and what new() answers."""

    case: str
    stored: tuple[tuple[str, str], ...]
    answer: str

    @property
    def title(self) -> str:
        """What it is called in reports."""
        return f"refused {self.case}"


@view_class(kw_only=True)
class Answered(Subtest):
    """A call of new() that it answers with an error; `bare` as in Memory."""

    answer: str
    bare: str = ""


def _partial(name: str) -> str:
    return f"selftests/test/objects/{name}.c.j2"


def _scratch(ctx: LoweringContext) -> tuple[str, ...]:
    """What tells the number of the scratch parent, for an iterator that sets out from an object."""
    return ("id_of_scratch",) if held(ctx) else ()


def _known(given: Sequence[Variant]) -> tuple[Oracle, ...]:
    return tuple(variant.oracle for variant in given if variant.oracle)


def compare(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> Compare | None:
    """None where user space sees nothing of any walk."""
    known, origin, between = _known(given), bool(held(ctx)), place(ctx)
    if not known:
        return None
    first = origin and any(oracle.first for oracle in known)
    calls = {
        "first_of": first,
        "NR_STARTS": origin and not between,
        "NR_PLACES": bool(between),
        "place_of": bool(between),
    }
    return Compare(
        "walk",
        _partial("walk"),
        column="expect",
        unordered=not found.ordered,
        place=between,
        first=first,
        calls=(*(oracle.function for oracle in known), *(name for name, needed in calls.items() if needed)),
    )


def of_each(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> Iterator[Subtest]:
    """Those of every walk, but the one that compares."""
    known = _known(given)
    met = found.known and (ctx.it.lifetime != "state" or bool(known))
    contract = _partial("contract" if met else "contract_unknown")
    nested = _partial("nested" if met and not found.alike else "nested_alike")
    yield Contract("contract", contract, shared=(DRAINED, nested), keeps=keeps(ctx))
    if found.creates:
        calls = (*ELEMENT, *_scratch(ctx))
        yield from (Subtest(name, _partial(name), calls=calls) for name in ("late", "churn"))
    if found.creates and any(oracle.added for oracle in known):
        calls = (*ELEMENT, *(NEXT if found.follows else ()), *_scratch(ctx))
        partial = _partial("element_removed")
        yield ElementRemoved("element_removed", partial, "meets", calls=calls, follows=found.follows)
    if found.counts:
        yield _balance(ctx, found)
    if takes_memory(ctx):
        bare = found.bare if _bare(ctx, found, given) else ""
        calls = (*_scratch(ctx), *_named(bare))
        yield Memory("memory", _partial("memory"), shared=(CHECK_MEMORY,), calls=calls, bare=bare)
    if held(ctx) and all(found.start):
        yield from _removals(found, given, known)


def of_all(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> Iterator[Subtest]:
    """Those that are made once, whatever the walk."""
    if answer := _bare(ctx, found, given):
        calls = _named(found.bare)
        yield Answered("start_bare", _partial("start_bare"), calls=calls, answer=answer, bare=found.bare)
    if ctx.it.context.spinlock:
        yield Subtest("under_lock", _partial("under_lock"))
    for ask in asks(ctx):
        yield Ask(ask.companion, _partial("companion"), program=ask.name, live=bool(ask.live))
    for case in cases_refused(ctx):
        name, answer = f"refused_{case.name}", f"-{case.errno}"
        yield Refused(name, _partial("refused_case"), case=case.name, stored=case.arguments, answer=answer)
    if irqs_off(ctx):
        answer = next(f"-{errno}" for errno, what in ctx.it.context.fails if what == "irqs_off")
        yield Answered("irqs_off", _partial("irqs_off"), answer=answer)


def null(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> Iterator[Subtest]:
    """NULL in place of the object, where new() takes it for some walk or for all."""
    if any(a.nullable for a, _ in held(ctx)):
        partial = _partial("null_by_walk" if any(variant.needs for variant in given) else "null")
        yield Null("null", partial, met=found.known)


def _bare(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> str:
    """What new() answers of an object without elements, "" unless it is an error."""
    first = given[0]
    return first.gone if found.bare and held(ctx) and first.errno else ""


def _named(bare: str) -> tuple[str, ...]:
    """The names in the expression for an object without elements."""
    return tuple(sorted(free_names(bare)))


def _balance(ctx: LoweringContext, found: Fixture) -> Balance:
    create_start, remove_start = found.start if held(ctx) else ("", "")
    create = ELEMENT[:1] if found.creates and create_start != ELEMENT[0] else ()
    remove = ELEMENT[1:] if found.creates and remove_start != ELEMENT[1] else ()
    starts = (create_start, remove_start, *_scratch(ctx)) if create_start else ()
    counted = () if found.references else (REFERENCES,)
    return Balance(
        "balance",
        _partial("balance_from_objects" if create_start else "balance"),
        shared=(_partial("walk_in_all_ways"),),
        calls=(*create, *remove, *starts, *counted),
        create=create,
        remove=remove,
        create_start=create_start,
        remove_start=remove_start,
        exact=found.walks == 1,
    )


def _removals(found: Fixture, given: Sequence[Variant], known: Sequence[Oracle]) -> Iterator[Removal]:
    create, remove = found.start
    answers, empties = any(variant.gone != "0" for variant in given), any(oracle.gone for oracle in known)
    begins = any(oracle.alone for oracle in known)
    for name, column in (*([("start_removed", "begins")] if begins else []), ("start_gone", "")):
        yield Removal(
            name,
            _partial(name),
            column,
            calls=found.start,
            create=create,
            remove=remove,
            answers=answers,
            empties=empties,
        )
