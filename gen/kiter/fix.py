# SPDX-License-Identifier: GPL-2.0-only
"""The findings of a spec, or of C, that can be fixed in one way only, fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from kiter.edit import apart, applied
from kiter.errors import Diagnostic, KiterError
from kiter.lint import lint
from kiter.lint.source.check import check
from kiter.spec.check import check_spec
from kiter.spec.load import parse, read_text
from kiter.spec.resolve import resolve
from kiter.target.profile import Profile
from kiter.value_class import value_class

MOST_ROUNDS = 20  # of edits that wait for others; a spec has some dozens of lines


@value_class
class Fixed:
    """The text of a file after all edits, and the findings that they fixed, as they were found."""

    text: str
    done: tuple[Diagnostic, ...]


def fixed_spec(text: str, name: str, profiles: Sequence[Profile]) -> Fixed:
    """Make every edit that a finding carries, for any of the kernels, until none is left."""
    done: list[Diagnostic] = []
    for _ in range(MOST_ROUNDS):
        chosen = apart(_ready(findings(text, name, profiles)))
        if not chosen:
            break
        text = applied(text, [d.edit for d in chosen if d.edit])
        done += chosen
    return Fixed(text, tuple(done))


def sources(files: Sequence[str], profile: Profile) -> Iterator[tuple[str, Fixed]]:
    """Each C file that changes, with every edit made that a finding about it carries."""
    found = apart(check(files, profile)[1])
    for name in dict.fromkeys(one.at.file for one in found):
        chosen = [one for one in found if one.at.file == name]
        yield name, Fixed(applied(read_text(Path(name)), [d.edit for d in chosen if d.edit]), tuple(chosen))


def _ready(found: Collection[Diagnostic]) -> Iterator[Diagnostic]:
    """Those to be fixed now: what may follow from another error waits until there is none.

    Errors about the tests, T, take no name out of use.
    """
    others = any(d.severity == "error" and d.code[0] != "T" and not _follows(d) for d in found)
    return (d for d in found if d.edit and not (others and _follows(d)))


def _follows(found: Diagnostic) -> bool:
    return found.edit is not None and found.edit.follows


def findings(text: str, name: str, profiles: Sequence[Profile]) -> set[Diagnostic]:
    """All that is wrong with one spec by itself: what keeps it from being read, or else the rules."""
    try:
        document = parse(text, name)
    except KiterError as error:
        return set(error.diagnostics)
    if wrong := check_spec(document):
        return set(wrong)
    return {d for profile in profiles for d in lint(resolve(document, profile.number), profile)}
