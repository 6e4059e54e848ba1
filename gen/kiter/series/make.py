# SPDX-License-Identifier: GPL-2.0-only
"""From iterators and a clone to a series: its patches as commits and mails, in a draft of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from kiter.generate import generate
from kiter.output import Rendered
from kiter.series import changes, draft, messages, people, repository, steps, versions
from kiter.series.draft import Change, Draft, Mailing, Record
from kiter.series.messages import Known
from kiter.series.people import People
from kiter.series.repository import Committed, Repository
from kiter.series.steps import Piece, Pieces
from kiter.series.versions import Version
from kiter.spec import model
from kiter.target.profile import Profile
from kiter.tree.record import Applied
from kiter.value_class import value_class


@value_class
class Wish:
    """What the user may choose; `branch` and `name` are "" for the usual ones."""

    version: int = 1
    branch: str = ""
    name: str = ""
    replace: bool = False
    cc: bool = True


@value_class
class Patch:
    """One patch of kiter's own."""

    label: str  # its number and its subject
    it: model.Spec  # the iterator
    piece: Piece  # what it does
    commit: str  # its hash
    file: str  # the name of the mail
    mail: str  # its text


@value_class
class Series:
    """A series that is made and not published.

    name: those of the iterators, unless the user chose one
    version: which one of that name, counted from 1
    repository: where it was asked for
    draft: the commits, in a clone of that
    record: what is kept of this version
    cover_letter: its text
    patches: those that kiter made
    mails: all of the series, by the names of their files
    people: who is to get it
    notes: what the user should know
    """

    name: str
    version: int
    repository: Repository
    draft: Draft
    record: Record
    cover_letter: str
    patches: tuple[Patch, ...]
    mails: Mapping[str, str]
    people: People
    notes: tuple[str, ...]


@contextlib.contextmanager
def made(
    where: Repository, its: Sequence[model.Spec], profile: Profile, wish: Wish, known: Known | None = None
) -> Iterator[Series]:
    """The series, while the block lasts; nothing of it is in the user's repository.

    `known` is what is to be said of the iterators beside their specs.
    Raises KiterError for whatever is in the way: apply's reasons, a foreign branch, a missing version.
    """
    if wish.cc:
        people.perl()
    name = wish.name or "-".join(it.name for it in its)
    branch = wish.branch or f"kiter/{name}-v{wish.version}"
    versions.refuse_foreign(where.git, branch, name, wish.version)
    before = versions.before(where.git, name, wish.version)
    pieces = steps.split(*_wanted(where, its, profile, wish))
    plan = _Plan(where, profile, wish, tuple(its), pieces, known or Known())
    log = plan.changelog(before)
    record, cover_letter = plan.record(name, log), plan.cover_letter(log)
    commits = [Change(text, piece.texts) for piece, _, text in plan.messages()]
    with draft.drafted(where, branch, commits, record) as drafted:
        asked = plan.people(drafted)
        compared = f"{before.base}..{before.head}" if before else ""
        mailing = Mailing(its[0].series.prefix, wish.version, cover_letter, asked.to, asked.cc, compared)
        mails = draft.mails(drafted, mailing)
        patches = tuple(plan.patches(drafted, mails))
        notes = tuple(plan.notes())
        yield Series(name, wish.version, where, drafted, record, cover_letter, patches, mails, asked, notes)


def _wanted(
    where: Repository, its: Sequence[model.Spec], profile: Profile, wish: Wish
) -> tuple[Committed, list[tuple[Applied, Rendered]]]:
    made_of = [(it, generate(it, profile)) for it in its]
    wanted = [(Applied(it.name, wish.replace, r.includes, r.outputs), r) for it, r in made_of]
    return repository.committed(where), wanted


@value_class
class _Plan:
    """What the series will be: its pieces, and what is said of them."""

    where: Repository  # the clone
    profile: Profile  # the kernel that it is for
    wish: Wish  # what was asked for
    its: tuple[model.Spec, ...]  # the iterators
    pieces: Pieces  # the patches
    known: Known  # what is known of the iterators beside their specs

    @property
    def specs(self) -> Mapping[str, str]:
        """The texts of the specs by the names of their iterators."""
        return {it.name: it.node.document.text for it in self.its}

    def messages(self) -> Iterator[tuple[Piece, model.Spec, str]]:
        """Each piece with its iterator and its commit's message."""
        by_name = {it.name: it for it in self.its}
        for piece in self.pieces.pieces:
            it = by_name[piece.rendered.iterator]
            yield piece, it, messages.of_patch(it, self.profile, piece, self.where.person.address)

    def changelog(self, before: Version | None) -> Sequence[str]:
        """What is new since the version before, and what was then."""
        if before is None:
            return ()
        rebased = before.base != self.where.base
        return messages.of_changes(changes.changelog(self.wish.version, before, self.specs, rebased))

    def cover_letter(self, log: Sequence[str]) -> str:
        """The cover letter."""
        by_hand = {piece.rendered.iterator for piece in self.pieces.pieces if piece.by_hand}
        return messages.of_cover(self.its, self.profile, by_hand, log, self.known)

    def record(self, name: str, log: Sequence[str]) -> Record:
        """What is kept of this version."""
        files = {f"{it}.yaml": text for it, text in self.specs.items()}
        return Record(versions.ref(name, self.wish.version), "\n".join(log), files)

    def people(self, drafted: Draft) -> People:
        """Who is to get it."""
        if not self.wish.cc:
            return People()
        return people.asked(self.where.tree.path, draft.difference(drafted), self.where.person.mail)

    def patches(self, drafted: Draft, mails: Mapping[str, str]) -> Iterator[Patch]:
        """Those of kiter: the user's own, which come before them, are none of its business."""
        own = tuple(self.messages())
        first, total = len(mails) - len(own), len(mails) - 1
        files = list(mails.items())[first:]
        for number, ((piece, it, _), commit) in enumerate(zip(own, drafted.commits, strict=True)):
            subject = messages.subject_of(it, self.profile, piece)
            yield Patch(f"{first + number}/{total} {subject}", it, piece, commit, *files[number])

    def notes(self) -> Iterator[str]:
        """What the user should know."""
        yield from self.pieces.notes
        for it in self.its:
            if not it.series.motivation:
                yield f"{it.node.document.name} has no series.motivation: the cover letter does not say why"
            if self.known.runs is not None and not self.known.runs.get(it.name):
                yield f"{it.name} was not run as it is, and the cover letter says so: 'kiter run' first"
            if (others := self.known.others.get(it.name)) and not it.series.beside:
                names = ", ".join(name for name, _ in others)
                yield (
                    f"the tree has an iterator over {it.element} already, {names}: series.beside of "
                    f"{it.node.document.name} does not say why there should be another"
                )
