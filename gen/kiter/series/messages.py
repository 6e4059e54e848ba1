# SPDX-License-Identifier: GPL-2.0-only
"""The messages of a series: a subject line, an empty line, and the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence

from kiter.lower.context import lowering_context
from kiter.lower.series import commit_message
from kiter.output import Kind, Rendered
from kiter.render import render
from kiter.series.changes import Changelog
from kiter.series.steps import Piece, Step
from kiter.spec.model import Spec
from kiter.target.profile import Profile


def of_patch(it: Spec, profile: Profile, piece: Piece, signed: str) -> str:
    """The message of one commit, signed off."""
    paths = piece.texts
    tests = {o.kind for o in piece.rendered.outputs if not o.files.isdisjoint(paths)}
    gained = _lines(piece.texts.get(profile.verifier)) - _lines(piece.was.get(profile.verifier))
    text = message(it, profile, piece.step, by_hand=piece.by_hand, tests=tests, gained=gained)
    return f"{text}\nSigned-off-by: {signed}\n"


def _lines(text: str | None) -> Counter[str]:
    return Counter((text or "").splitlines())


def message(
    it: Spec,
    profile: Profile,
    step: Step,
    *,
    by_hand: bool = False,
    tests: Container[Kind] = (),
    gained: Container[str] = (),
) -> str:
    """What one patch says, with those kinds of output of the tests and those lines for the verifier."""
    view = commit_message.view(lowering_context(it, profile), by_hand, tests, gained)
    return render(f"series/{step.value}.j2", view)


def of_cover(its: Sequence[Spec], profile: Profile, by_hand: Container[str], changelog: Sequence[str]) -> str:
    """The cover letter: its subject, an empty line, and what goes before the list of patches."""
    parts = [commit_message.view(lowering_context(it, profile), it.name in by_hand) for it in its]
    view = commit_message.cover(parts, [it.series.subject for it in its], changelog)
    return render("series/cover.j2", view).rstrip() + "\n"


def of_changes(changelog: Changelog) -> tuple[str, ...]:
    """The lines for this version, then those of the versions before it."""
    return tuple(render("series/changelog.j2", changelog).splitlines())


def every(it: Spec, profile: Profile, rendered: Rendered) -> tuple[str, ...]:
    """All messages of a series of one new iterator."""
    told = rendered.of(Kind.VERIFIER)
    gained = [line for fragment in told.fragments for line in fragment.lines] if told else []
    patches = (message(it, profile, step, tests=frozenset(Kind), gained=gained) for step in Step)
    return (*patches, of_cover([it], profile, (), ()), it.series.prefix)
