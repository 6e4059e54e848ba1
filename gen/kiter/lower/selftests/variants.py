# SPDX-License-Identifier: GPL-2.0-only
"""The variants of the tests: every way to call new() that they try, and what is expected of each.

A variant is a walk that a flag selects, a combination of flags, or a case that the spec's author has
written down; an iterator without any of these has one variant.
"""

from __future__ import annotations

from kiter.fixtures.fixture import Oracle
from kiter.fixtures.known import fixture_of, handles_of
from kiter.lower.context import LoweringContext
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument, Bit
from kiter.spec.case import Case
from kiter.spec.testcase import TestCase
from kiter.spec.walk import start_of

# what another try may change, so that it says nothing of the object
PASSING = frozenset({"EAGAIN", "EBUSY", "EINTR", "ENOMEM"})


@view_class()
class Flag:
    """An argument of which new() accepts these `values`, as C; with `mask` any of their bits together.

    Each may have the bits `beside` it, too.
    """

    argument: Argument
    values: tuple[str, ...]
    mask: bool = False
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the argument is called."""
        return self.argument.name


@view_class()
class Variant:
    """A walk over objects: its name, the value of the flag that varies, and what user space should see.

    `oracle` is None for a walk of which user space sees nothing; `needs` says that new() refuses
    NULL in place of the object. Of an object that has been removed already new() says `errno`, or "" if
    it may take it; only the author's own checks can tell where it is `unsure`.
    """

    name: str
    oracle: Oracle | None
    needs: bool
    errno: str
    unsure: bool

    @property
    def gone(self) -> str:
        """Its answer as walks[] has it: 1 for whatever new() says."""
        return f"-{self.errno}" if self.errno else str(int(self.unsure))


def flags(ctx: LoweringContext) -> tuple[Flag, ...]:
    """The flag arguments, the one by which the variants differ in front."""
    found = (_flag(ctx, a) for a in ctx.it.arguments)
    return tuple(sorted((f for f in found if f), key=lambda f: f.argument.reserved))


def _flag(ctx: LoweringContext, a: Argument) -> Flag | None:
    bits = tuple(bit.flag for bit in a.bits)
    if a.values:
        with_bits = (_beside(a, bit) for bit in a.bits)
        return Flag(a, (*(value.flag for value in a.values), *with_bits), beside=bits)
    if bits:
        return Flag(a, ("0", *bits), mask=True)
    return Flag(a, ("0",)) if a.reserved else None


def variants(ctx: LoweringContext) -> tuple[Variant, ...]:
    """One variant for each value of the flag that varies, in the order of its values."""
    given = flags(ctx)
    if not given or given[0].argument.reserved:
        return (_variant(ctx, "all", ctx.cases[0].expect, ctx.cases[0]),)
    flag = given[0]
    if flag.argument == ctx.selector:
        with_bits = ((_beside(flag.argument, bit), bit.expect, ctx.cases[0]) for bit in flag.argument.bits)
        every = (*((case.flag, case.expect, case) for case in ctx.cases), *with_bits)
        return tuple(_variant(ctx, *one) for one in every)
    case = ctx.cases[0]
    expected = {f.flag: f.expect for f in flag.argument.flags}
    expected |= {_beside(flag.argument, bit): bit.expect for bit in flag.argument.bits if flag.beside}
    return tuple(_variant(ctx, value, expected.get(value, "") or case.expect, case) for value in flag.values)


def _beside(argument: Argument, bit: Bit) -> str:
    """A bit beside the first of the values."""
    return f"{argument.values[0].flag} | {bit.flag}"


def _variant(ctx: LoweringContext, name: str, expect: str, case: Case) -> Variant:
    fixture = fixture_of(ctx.it)
    oracle = fixture.oracles.get(expect) if fixture else None
    return Variant(name, oracle, bool(case.requires), *_gone(ctx, case))


def _gone(ctx: LoweringContext, case: Case) -> tuple[str, bool]:
    """What new() says of an object that is gone, "" for nothing, and whether nobody knows."""
    handles = handles_of(ctx.it)
    handle = next((a.name for a in ctx.it.arguments if a.type in handles), "")
    follows, apart = {handle}, set[str]()
    for resource in ctx.it.resources:
        (follows if follows & resource.get.names() else apart).add(resource.name)
    asked = (*ctx.it.refusals, *case.refusals)
    if any(follows & refusal.when.names() for refusal in asked):
        return "", True
    if start := start_of(case.walk):
        return start.errno, False
    taken = (one for one in ctx.it.taken if one.name not in apart)
    errnos = {errno for one in taken for errno, _ in one.fails} - PASSING
    return (min(errnos), False) if len(errnos) == 1 else ("", bool(errnos))


def cases_told(ctx: LoweringContext) -> tuple[TestCase, ...]:
    """The variants of an iterator over numbers: the cases that say what comes of them."""
    return tuple(case for case in ctx.it.tests.cases if case.told and ctx.it.lifetime == "state")


def cases_refused(ctx: LoweringContext) -> tuple[TestCase, ...]:
    """Of an iterator over objects, the calls that new() answers with an error."""
    return tuple(case for case in ctx.it.tests.cases if case.errno and ctx.it.lifetime != "state")
