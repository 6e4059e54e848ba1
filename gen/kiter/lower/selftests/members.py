# SPDX-License-Identifier: GPL-2.0-only
"""What a test says of one iterator in its struct iter_test (iter_tests.h), beside its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.fixtures.fixture import AROUND, COMPARABLE, ELEMENT, NEXT, REFERENCES, Fixture, Oracle
from kiter.fixtures.handle import SET_OFF
from kiter.lower.context import LoweringContext
from kiter.lower.selftests.frame import held, place
from kiter.lower.selftests.hosts import hook_of, host
from kiter.lower.selftests.variants import Variant
from kiter.lower.selftests.walking import irqs_off, takes_memory
from kiter.spec.snippet import free_names

Members = tuple[tuple[str, str], ...]
# the members that are functions of a fixture, by the names that these have there
SCRATCH, FIRST = "id_of_scratch", "first_of"


def of_objects(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> Members:
    """Of an iterator over objects: what user space can do, and what is known of the elements."""
    known = oracles(given)
    return (
        *of_host(ctx),
        *((name, name) for name in AROUND if found.sets_up),
        *_starts(ctx, found, known),
        *_creation(ctx, found),
        *_counting(found),
        *_memory(ctx),
        *_knowledge(ctx, found, known, given),
    )


def of_numbers(ctx: LoweringContext) -> Members:
    """Of one over numbers, of which nothing in user space tells anything."""
    return (*of_host(ctx), *_memory(ctx))


def of_readers(ctx: LoweringContext, found: Fixture, counts: bool) -> Members:
    """Of one that files are read of; `counts` says that a program counts references of its elements."""
    by_user = REFERENCES in found.user.names and not counts
    return (
        *of_host(ctx),
        *((name, name) for name in AROUND if found.sets_up),
        *((("id_of", "id_of" if found.names_starts else "present"),) if held(ctx) else ()),
        *(((REFERENCES, REFERENCES),) if by_user else ()),
        *((("leaks", str(found.walks)),) if counts or by_user else ()),
    )


def oracles(given: Sequence[Variant]) -> tuple[Oracle, ...]:
    """What user space sees of the walks."""
    return tuple(variant.oracle for variant in given if variant.oracle)


def called(ctx: LoweringContext, members: Members, given: Sequence[Variant], bare: str) -> frozenset[str]:
    """All names that a test may take from the user-space half of a fixture."""
    between = ("place_of",) if place(ctx) else ()
    functions = (oracle.function for oracle in oracles(given))
    return frozenset((*(value for _, value in members), *functions, *between, *free_names(bare)))


def bare_answer(ctx: LoweringContext, found: Fixture, given: Sequence[Variant]) -> str:
    """What new() answers of an object without elements, "" unless it is an error."""
    first = given[0]
    return first.gone if found.bare and held(ctx) and first.errno else ""


def of_host(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """How programs are run that cannot be run by themselves."""
    around = host(ctx)
    if around.packet:
        yield "packet", "true"
    if around.attached:
        yield "attached", "true"
    if around.trigger or hook_of(ctx):
        yield SET_OFF, SET_OFF


def _starts(ctx: LoweringContext, found: Fixture, known: Sequence[Oracle]) -> Iterator[tuple[str, str]]:
    """Where a fixture names no objects, walks set out from one that is always there."""
    if place(ctx):
        yield from (("choose_place", "choose_place"), ("nr_starts", "NR_PLACES"))
    elif not held(ctx) or not found.names_starts:
        yield "nr_starts", "1"
    elif known:
        yield "nr_starts", "NR_STARTS"
    if not held(ctx):
        return
    yield "id_of", "id_of" if found.names_starts else "present"
    if any(oracle.first for oracle in known):
        yield FIRST, FIRST
    if SCRATCH in found.user.names:
        yield SCRATCH, SCRATCH


def _creation(ctx: LoweringContext, found: Fixture) -> Iterator[tuple[str, str]]:
    if found.creates:
        yield from ((name, name) for name in ELEMENT)
    if found.follows:
        yield from ((name, name) for name in NEXT)
    if held(ctx) and all(found.start):
        yield from zip(("create_start", "remove_start"), found.start, strict=True)


def _counting(found: Fixture) -> Iterator[tuple[str, str]]:
    if found.counts and not found.references:
        yield REFERENCES, REFERENCES
    if found.counts:
        yield "leaks", str(found.walks)


def _memory(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    if takes_memory(ctx):
        yield "allocates", "true"
    if takes_memory(ctx) and ctx.it.context.sleepable:
        yield "frees_late", "true"


def _knowledge(
    ctx: LoweringContext, found: Fixture, known: Sequence[Oracle], given: Sequence[Variant]
) -> Iterator[tuple[str, str]]:
    met = found.known and (ctx.it.lifetime != "state" or bool(known))
    holds = {"known": met, "ordered": found.ordered, "alike": not met or found.alike}
    yield from ((name, "true") for name, true in holds.items() if true)
    if known and COMPARABLE in found.user.names:
        yield COMPARABLE, COMPARABLE
    if answer := bare_answer(ctx, found, given):
        yield from (("bare", "bare"), ("bare_err", answer))
    if irqs_off(ctx):
        answer = next(f"-{errno}" for errno, what in ctx.it.context.fails if what == "irqs_off")
        yield "irqs_off", answer
