# SPDX-License-Identifier: GPL-2.0-only
"""The bugs that no test finds, as findings: the line of the emitted C, and what test would find it."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.csource.source import Source
from kiter.errors import Diagnostic, Position
from kiter.mutants.codes import CODES
from kiter.mutants.mutant import StaleMutantError, named, pattern_of, place_in
from kiter.mutants.verdict import By, Verdict
from kiter.output import Kind, Output, Rendered

_ORACLE = (
    "say with 'expect:' what user space sees of the walk, in its order where there is one; "
    "docs/fixtures.md says how a fixture tells"
)
_REFUSED = "add a case below 'tests: cases:' that new() refuses, with 'fails:' and the errno"
_COUNTED = (
    "let the fixture count references ('counts', docs/fixtures.md), so that none may be lost or put twice"
)
_WALKED = "walk from a start that leads through this code: name one in the fixture, or add a case to 'tests:'"
# what finds a bug of each kind, where it is about one kind of test
KILLS = {
    "skipped": _ORACLE,
    "twice": _ORACLE,
    "late": "give the fixture an order ('ordered: true'), and an oracle that tells the elements in it",
    "wrong start": _ORACLE,
    "lost put": _COUNTED,
    "doubled put": _COUNTED,
    "check": _REFUSED,
    "errno": _REFUSED,
    "flags": "add the value to 'tests: cases:', or an 'expect:' to the case of the walk that it chooses",
    "empty state": "add a case that new() refuses: next() is then called on what new() left behind",
    "empty iterator": "add a case that new() refuses, or let the fixture create an element after the end",
    "start": _WALKED,
    "step": _ORACLE,
    "bound": "add a case at the bound: the last that is in the walk, and the first that is not",
    "branch": _WALKED,
    "call": _COUNTED,
    "store": _WALKED,
    "registration": "say in 'context:' or at the argument what the flag stands for: a program without it "
    "is then one that the verifier must refuse",
}


def survivors(verdicts: Iterable[Verdict], rendered: Rendered) -> tuple[Diagnostic, ...]:
    """A finding for each that lived, at the line of the emitted C, as 'kiter build' writes it."""
    return tuple(_finding(v, rendered) for v in verdicts if not v.killed)


def _finding(found: Verdict, rendered: Rendered) -> Diagnostic:
    mutant, code = found.mutant, CODES["R70"]
    at, source = _place(found, rendered)
    survived = "no test finds it" if found.by is By.NOTHING else f"no verdict ({found.detail})"
    return Diagnostic(
        at,
        code.code,
        f"{mutant.name}: {mutant.what}: {survived}",
        mutant.excuse or code.reason,
        KILLS.get(mutant.kind, code.hint),
        source,
    )


def _place(found: Verdict, rendered: Rendered) -> tuple[Position, str]:
    """Where the bug was seeded, and the line there; the spec alone where it stands in no line."""
    for kind in (Kind.KFUNCS, Kind.BTF_IDS):
        made = rendered.of(kind)
        place = _within(found, made, rendered.iterator) if made else None
        if made and place is not None:
            row = made.text.count("\n", 0, place)
            column = place - (made.text.rfind("\n", 0, place) + 1)
            return Position(made.path, row + 1, column + 1), made.text.splitlines()[row]
    return Position(rendered.spec), ""


def _within(found: Verdict, made: Output, name: str) -> int | None:
    mutant = found.mutant
    if mutant.within:
        try:
            return place_in(mutant, made.text, name)[0]
        except StaleMutantError:
            return None
    if not mutant.old:
        return None
    first = pattern_of(named(mutant.old, name)).search(Source("", made.text).code)
    return first.start() if first else None
