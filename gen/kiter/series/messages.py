# SPDX-License-Identifier: GPL-2.0-only
"""The messages of a series: a subject line, an empty line, and the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import field

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import lowering_context
from kiter.lower.series import commit_message
from kiter.lower.series.commit_message import Beside, Tested
from kiter.output import Kind, Rendered
from kiter.render import render
from kiter.series.changes import Changelog
from kiter.series.steps import Piece, Step
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.tested import Run
from kiter.value_class import value_class


@value_class
class Known:
    """What is known of the iterators of a series beside their specs, by their names.

    others: those of the tree over the same element, each with its file
    runs: those in which it passed its tests; None for the whole where nobody asks how it was tested
    """

    others: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    runs: Mapping[str, tuple[Run, ...]] | None = None


# where a name has a line of its own: the numbers of kfuncs, and the fields of types
_TABLES = (Anchor.KFUNC_ENUM, Anchor.SAFE_TYPE)


def subject_of(it: Spec, profile: Profile, piece: Piece) -> str:
    """The first line of that message."""
    view = commit_message.view(lowering_context(it, profile), piece.by_hand)
    return render(f"series/subject/{piece.step.value}.j2", view).strip()


def of_patch(it: Spec, profile: Profile, piece: Piece, signed: str) -> str:
    """The message of one commit, signed off."""
    paths = piece.texts
    tests = {o.kind for o in piece.rendered.outputs if not o.files.isdisjoint(paths)}
    gained = _gained(piece)
    text = message(it, profile, piece.step, by_hand=piece.by_hand, tests=tests, gained=gained)
    return f"{text}\nSigned-off-by: {signed}\n"


def _gained(piece: Piece) -> frozenset[str]:
    """The names that the verifier's tables get with a patch: what a kernel has of them already is no news."""
    found: set[str] = set()
    for one in _of_verifier(piece.rendered):
        if one.anchor in _TABLES:
            new = _lines(piece.texts.get(one.file)) - _lines(piece.was.get(one.file))
            found |= {name for name, line in zip(one.names, one.lines, strict=False) if line in new}
    return frozenset(found)


def _of_verifier(rendered: Rendered) -> tuple[Fragment, ...]:
    output = rendered.of(Kind.VERIFIER)
    return output.fragments if output else ()


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
    """What one patch says that has those kinds of tests, and whose verifier gets those names."""
    view = commit_message.view(lowering_context(it, profile), by_hand, tests, gained)
    return render(f"series/{step.value}.j2", view)


def of_cover(
    its: Sequence[Spec],
    profile: Profile,
    by_hand: Container[str],
    changelog: Sequence[str],
    known: Known,
) -> str:
    """The cover letter: its subject, an empty line, and what goes before the list of patches."""
    parts = [commit_message.view(lowering_context(it, profile), it.name in by_hand) for it in its]
    beside = [
        Beside(it.name, it.element.rstrip("* "), known.others[it.name], it.series.beside)
        for it in its
        if known.others.get(it.name)
    ]
    tested = [Tested(it.name, known.runs.get(it.name, ())) for it in its] if known.runs is not None else []
    view = commit_message.cover(parts, [it.series.subject for it in its], changelog, beside, tested)
    return render("series/cover.j2", view).rstrip() + "\n"


def of_changes(changelog: Changelog) -> tuple[str, ...]:
    """The lines for this version, then those of the versions before it."""
    return tuple(render("series/changelog.j2", changelog).splitlines())


def every(it: Spec, profile: Profile, rendered: Rendered, known: Known) -> tuple[str, ...]:
    """All messages of a series of one new iterator."""
    gained = frozenset(name for fragment in _of_verifier(rendered) for name in fragment.names)
    patches = (message(it, profile, step, tests=frozenset(Kind), gained=gained) for step in Step)
    return (*patches, of_cover([it], profile, (), (), known), it.series.prefix)
