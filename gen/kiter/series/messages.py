# SPDX-License-Identifier: GPL-2.0-only
"""The messages of a series: a subject line, an empty line, and the text."""

from __future__ import annotations

from collections.abc import Container, Sequence

from kiter.lower import letter
from kiter.lower.scene import scene
from kiter.output import Kind
from kiter.render import render
from kiter.series.steps import KINDS, Piece, Step
from kiter.spec.iterator import Iterator
from kiter.target.profile import Profile


def of_patch(it: Iterator, profile: Profile, piece: Piece, signed: str) -> str:
    """The message of one commit, signed off."""
    paths = piece.texts
    tests = {o.kind.value for o in piece.rendered.outputs if o.path.partition(".d/")[0] in paths}
    text = message(it, profile, piece.step, by_hand=piece.by_hand, tests=tests)
    return f"{text}\nSigned-off-by: {signed}\n"


def message(
    it: Iterator, profile: Profile, step: Step, *, by_hand: bool = False, tests: Container[str] = ()
) -> str:
    """What one patch says; `tests` are the kinds of output that it has of the tests."""
    kinds = [kind.value for kind in KINDS[Step.SELFTESTS] if kind.value in tests]
    view = letter.view(scene(it, profile), by_hand, kinds)
    return render(f"series/{step.value}.j2", view)


def of_cover(
    its: Sequence[Iterator], profile: Profile, by_hand: Container[str], changelog: Sequence[str]
) -> str:
    """The cover letter: its subject, an empty line, and what goes before the list of patches."""
    parts = [letter.view(scene(it, profile), it.name in by_hand) for it in its]
    view = letter.cover(parts, [it.series.subject for it in its], changelog)
    return render("series/cover.j2", view).rstrip() + "\n"


def every(it: Iterator, profile: Profile) -> tuple[str, ...]:
    """All messages of a series of one new iterator."""
    tests = [kind.value for kind in Kind]
    patches = (message(it, profile, step, tests=tests) for step in Step)
    return (*patches, of_cover([it], profile, (), ()), it.series.prefix)
