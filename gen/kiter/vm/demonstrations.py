# SPDX-License-Identifier: GPL-2.0-only
"""What a run does beside the selftests when asked: showing walks, and comparing them with the kernel's own.

The tests of both print rows of columns parted by tabs, the first of which names the kind of row
(templates/prototype/show.c.j2 and compare.c.j2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from statistics import geometric_mean

from kiter import demonstrate
from kiter.kernel.kernels import Kernel
from kiter.lower.prototype import compare, show
from kiter.target.profile import Profile
from kiter.value_class import value_class
from kiter.vm.job import VmJob
from kiter.vm.programs import Program
from kiter.vm.prototype import Prototype, knows
from kiter.vm.results import GuestReport
from kiter.vm.runner import Test


@value_class
class Asked:
    """Which of them are wanted."""

    show: bool = False
    compare: bool = False


@value_class
class Element:
    """One element, `number` counted from the walk's beginning: the kernel's label and user space's."""

    number: int
    id: int
    label: str
    user: str


@value_class
class Shown:
    """A walk of `count` elements, the ends of it as `elements`; `start` is "" if it always is the same."""

    walk: str
    start: str
    count: int
    elements: tuple[Element, ...]


@value_class
class Meeting:
    """Two walks from one start: `how` is "equal", "unequal", or "tail" if theirs is the end of ours."""

    start: str
    how: str
    ours: int
    theirs: int


@value_class
class Order:
    """One order against the kernel's own. All figures are medians over the rounds.

    walk: its name
    known: whether the kernel has its flag
    meetings: the two walks from each start
    elements: how many a round visited, 0 when the orders differed and were not timed
    ours: nanoseconds per element of our walk
    theirs: nanoseconds per element of the kernel's
    ratio: our time over theirs, of each round: the host slows down for a while, but hardly within one
    noise: theirs a second time over the first, likewise, which tells how far to trust the ratio
    answers: our new()'s and theirs where both refuse, each in its own way
    """

    walk: str
    known: bool
    meetings: tuple[Meeting, ...] = ()
    elements: int = 0
    ours: float = 0.0
    theirs: float = 0.0
    ratio: float = 0.0
    noise: float = 0.0
    answers: tuple[int, int] = (0, 0)


def tests(prototype: Prototype) -> tuple[str, ...]:
    """The names of the tests that may be there beside the selftests."""
    return show.name(prototype.name), compare.name(prototype.name)


def add(job: VmJob, made: Iterable[Prototype], kernel: Kernel, profile: Profile, asked: Asked) -> VmJob:
    """The job with the programs of everything that was asked for."""
    pairs = [pair for prototype in made for pair in _pairs(prototype, kernel, profile, asked)]
    return replace(
        job,
        programs=(*job.programs, *(Program(pair.name, pair.program) for pair in pairs)),
        tests=(*job.tests, *(Test.of(pair.name, pair.test, pair.name) for pair in pairs)),
    )


def _pairs(
    prototype: Prototype, kernel: Kernel, profile: Profile, asked: Asked
) -> Iterator[demonstrate.Pair]:
    it = replace(prototype.it, name=prototype.name)
    if asked.show:
        yield demonstrate.showing(it, profile)
    if not asked.compare or not prototype.renamed:
        return
    flags = frozenset(case.flag for case in it.cases if knows(kernel, case.flag))
    if pair := demonstrate.comparing(it, profile, prototype.it.name, flags):
        yield pair


def shown(report: GuestReport, prototype: Prototype) -> tuple[Shown, ...]:
    """The walks that were shown, in the order of the spec."""
    rows = tuple(_rows(report, show.name(prototype.name)))
    return tuple(
        Shown(row[1], row[3], int(row[2]), tuple(_elements(rows, row[1]))) for row in rows if row[0] == "walk"
    )


def orders(report: GuestReport, prototype: Prototype) -> tuple[Order, ...]:
    """What the comparison found, in the order of the spec."""
    rows = tuple(_rows(report, compare.name(prototype.name)))
    walks = dict.fromkeys(row[1] for row in rows if row[0] in {"compared", "absent"})
    return tuple(_order(rows, walk) for walk in walks)


def overall(found: Iterable[Order]) -> float:
    """Our time over theirs for all orders alike; 0 when none was timed."""
    ratios = [order.ratio for order in found if order.ratio]
    return geometric_mean(ratios) if ratios else 0.0


COLUMNS = {"walk": 4, "element": 6, "compared": 6, "answered": 4, "timed": 7, "absent": 2}


def _rows(report: GuestReport, test: str) -> Iterator[list[str]]:
    """The rows of one test; what libraries print between them is left out, and a row cut short."""
    for name, text in report.output:
        if name == test:
            rows = (line.split("\t") for line in text.splitlines())
            yield from (row for row in rows if COLUMNS.get(row[0]) == len(row))


def _elements(rows: Iterable[list[str]], walk: str) -> Iterator[Element]:
    for row in rows:
        if row[0] == "element" and row[1] == walk:
            yield Element(int(row[2]), int(row[3]), row[4], row[5])


def _order(rows: Iterable[list[str]], walk: str) -> Order:
    own = [row for row in rows if row[1] == walk]
    met = tuple(Meeting(r[2], r[3], int(r[4]), int(r[5])) for r in own if r[0] == "compared")
    said = next(((int(row[2]), int(row[3])) for row in own if row[0] == "answered"), (0, 0))
    timed = next((row for row in own if row[0] == "timed"), None)
    if timed is None:
        return Order(walk, bool(met), met, answers=said)
    ours, theirs, ratio, noise = map(float, timed[3:])
    return Order(walk, True, met, int(timed[2]), ours, theirs, ratio, noise, said)
