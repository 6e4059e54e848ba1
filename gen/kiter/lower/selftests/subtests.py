# SPDX-License-Identifier: GPL-2.0-only
"""A subtest: a partial in templates/selftests/test/ that shows its function, and what that needs."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.selftests.inputs import beside, table
from kiter.lower.selftests.variants import Flag, cases_refused, flags
from kiter.lower.view_class import view_class

DRAINED = "selftests/test/drained.c.j2"
CHECK_MEMORY = "selftests/test/check_memory.c.j2"
WIDE = frozenset({"u64", "s64", "unsigned long", "long", "size_t"})


@view_class()
class Subtest:
    """One that needs no more than what all share; its function is test_<name>()."""

    name: str
    template: str
    # the member of walks[] that says for which walks it is made, "" if for all
    column: str = ""
    # partials of functions that this and later subtests call
    shared: tuple[str, ...] = ()
    # what it calls of the fixture's user-space half, beside what every file does
    calls: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called in reports."""
        return self.name


@view_class(kw_only=True)
class Refused(Subtest):
    """Tries values of a flag argument that new() does not know."""

    flag: str  # the argument
    # the program's array of the good values
    table: str
    # that of the bits that each of them may have, "" for none
    beside: str
    type: str  # its C type
    # the value with all bits
    all: str
    # the names of the flag's functions end with it
    ending: str
    # the arguments of choose() for a walk that new() accepts
    good: str

    @property
    def title(self) -> str:
        """What it is called in reports: those of further flags have the flag behind the same word."""
        return f"refused {self.flag}" if self.ending else self.name


def refused(ctx: LoweringContext, good: str) -> Iterator[Refused]:
    """A subtest for each flag argument."""
    for index, flag in enumerate(flags(ctx)):
        ending = f"_{flag.name}" if index else ""
        wide = flag.argument.type in WIDE
        yield Refused(
            name=f"refused{ending}",
            template=f"selftests/test/refused{_kind(flag)}.c.j2",
            shared=() if index else ("selftests/test/refuse_in.c.j2",),
            flag=flag.name,
            table=table(index, flag.name),
            beside=beside(index, flag),
            type="__u64" if wide else "__u32",
            all="~0ULL" if wide else "~0U",
            ending=ending,
            good=good,
        )


def _kind(flag: Flag) -> str:
    return "_bits" if flag.mask else "_beside" if flag.beside else ""


def chosen(ctx: LoweringContext, which: str) -> Iterator[tuple[str, str]]:
    """Each flag argument with its value for the walk `which`, and the other arguments that cases change."""
    for index, flag in enumerate(flags(ctx)):
        yield flag.name, f"skel->rodata->{table(index, flag.name)}[{which if varies(index, flag) else 0}]"
    given = dict(ctx.it.tests.arguments)
    others = {name for case in cases_refused(ctx) for name, _ in case.arguments}
    yield from ((name, given[name].text) for name in sorted(others) if name in given)


def varies(index: int, flag: Flag) -> bool:
    """Whether the walks differ by the value of this flag."""
    return index == 0 and not flag.argument.reserved


def varying(ctx: LoweringContext) -> str:
    """The program's array of the values by which the walks differ, "" if they do not."""
    first = flags(ctx)[:1]
    return "".join(table(0, flag.name) for flag in first if varies(0, flag))
