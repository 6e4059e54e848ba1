# SPDX-License-Identifier: GPL-2.0-only
"""What putting iterators into a tree, or taking them out, would do; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kiter.errors import Diagnostic
from kiter.fragment import Anchor, Fragment
from kiter.output import TESTS, Kind
from kiter.target.profile import Profile
from kiter.tree import insertion_points, record, replacement, verifier
from kiter.tree.codes import MisfitError, finding, refusal
from kiter.tree.insertion_points import Lines
from kiter.tree.record import Applied, Change, Record
from kiter.tree.undo import Edited, without
from kiter.tree.worktree import WorkTree
from kiter.value_class import value_class


@value_class
class Plan:
    """What a change of a tree comes down to, before anything is written."""

    tree: WorkTree  # what is changed
    texts: Mapping[str, str | None]  # of each file that changes, None for one that goes
    was: Mapping[str, str | None]  # what is there now
    record: Record  # of what kiter has put into the tree
    kept: tuple[Diagnostic, ...]  # regions that somebody edited, and that stay as they are
    notes: tuple[str, ...]  # what was left out


def put_in(tree: WorkTree, wanted: Iterable[Applied]) -> Plan:
    """What it takes for these iterators to be in the tree as they are now generated.

    Raises KiterError with all that is in the way: a dirty tree, an iterator that is there by hand, a place
    that is not understood, a region that was edited and would have to change.
    """
    known, new = record.load(tree.record), {a.iterator: a for a in wanted}
    return _Planner(tree, known, _alike({**known.applied, **new}, new.values())).plan()


def take_out(tree: WorkTree, names: Sequence[str]) -> Plan:
    """What it takes for these iterators, or for all if none is named, to be gone; raises like put_in()."""
    known = record.load(tree.record)
    names = names or tuple(known.applied)
    unknown = [name for name in names if name not in known.applied]
    if unknown or not names:
        raise refusal(
            finding("A07", str(tree.path), f"no {name} was put into this tree")
            for name in unknown or ("iterator",)
        )
    kept = {name: applied for name, applied in known.applied.items() if name not in names}
    return _Planner(tree, known, kept).plan()


def _alike(every: Mapping[str, Applied], new: Iterable[Applied]) -> dict[str, Applied]:
    """With one text for each file that all iterators share: that of those that are new."""
    current = {o.path: o for one in new for o in one.outputs if o.kind is Kind.TEST_HEADER}
    return {
        name: replace(one, outputs=tuple(current.get(o.path, o) for o in one.outputs))
        for name, one in every.items()
    }


class _Planner:
    """One plan on its way: the texts without anything of kiter's, then with what is wanted."""

    def __init__(self, tree: WorkTree, known: Record, wanted: Mapping[str, Applied]) -> None:
        self.tree, self.known, self.wanted = tree, known, wanted
        self.profile: Profile = tree.profile
        self.parts = _by_file(wanted.values())
        self.was = {path: tree.read(path) for path in {**known.changes, **self.parts}}
        self.base: dict[str, str | None] = {}
        self.edited: dict[str, Edited] = {}
        self.wrong: list[Diagnostic] = []
        self.notes: list[str] = []

    def plan(self) -> Plan:
        self._uncover()
        self._refuse_dirty()
        self._raise()
        after = {path: self._filled(path) for path in self.was if path not in self.edited}
        self._raise()
        changes = {
            path: Change(self.base[path], text)
            for path, text in after.items()
            if text is not None and text != self.base[path]
        }
        changes |= {path: self.known.changes[path] for path in self.edited}
        return Plan(
            tree=self.tree,
            texts={path: text for path, text in after.items() if text != self.was[path]},
            was=self.was,
            record=Record(self.wanted, changes),
            kept=tuple(self._edit(path) for path in self.edited),
            notes=tuple(self.notes),
        )

    def _raise(self) -> None:
        if self.wrong:
            raise refusal(self.wrong)

    def _uncover(self) -> None:
        """Each file without what is recorded; an edited one may stay if nothing in it would change."""
        before = _by_file(self.known.applied.values())
        for path, now in self.was.items():
            change = self.known.changes.get(path)
            found = without(change, now, self.tree.git) if change else now
            if not isinstance(found, Edited):
                self.base[path] = found
                continue
            self.edited[path] = found
            if before.get(path) != self.parts.get(path):
                self.wrong.append(self._edit(path))

    def _edit(self, path: str) -> Diagnostic:
        at = self.edited[path]
        return finding("A05", str(self.tree.path / path), line=at.line, source=at.source)

    def _refuse_dirty(self) -> None:
        busy = self.tree.under_way()
        if busy:
            self.wrong.append(finding("A02", str(self.tree.path), f"{busy} is under way"))
        for path in self.tree.changed():
            change = self.known.changes.get(path)
            ours = change is not None and self.was.get(path) == change.after
            if not ours and path not in self.edited:
                self.wrong.append(finding("A02", str(self.tree.path / path), "changed and not committed"))
        self.wrong += (
            finding("A02", str(self.tree.path / path), "left by a patch that failed")
            for path in self.tree.leftovers(self.was)
        )

    def _filled(self, path: str) -> str | None:
        """The file with all that belongs into it."""
        text = self.base[path]
        for applied, fragment in self.parts.get(path, ()):
            try:
                text = self._with(text, applied, fragment)
            except MisfitError as misfit:
                message = f"{applied.iterator}: {misfit.message}"
                self.wrong.append(finding("A03", str(self.tree.path / path), message, misfit.line))
        return text

    def _with(self, text: str | None, applied: Applied, fragment: Fragment) -> str | None:
        if fragment.anchor is Anchor.NEW_FILE and not self._is_native(text, applied, fragment):
            return self._whole(text, applied, fragment)
        if text is None and fragment.begun:
            return fragment.begun
        if text is None:
            raise MisfitError("there is no such file to join")
        lines = text.split("\n")
        return text if _has(lines, fragment) else "\n".join(self._joined(lines, applied, fragment))

    def _is_native(self, text: str | None, applied: Applied, fragment: Fragment) -> bool:
        """Whether what would be a file of its own has to join the one that is there by hand."""
        return bool(
            applied.replace
            and fragment.lines
            and text is not None
            and replacement.defines(text.split("\n"), applied.iterator)
        )

    def _whole(self, text: str | None, applied: Applied, fragment: Fragment) -> str | None:
        if applied.replace and fragment.file in self._left_out(applied):
            why = "stays as it is: the tree has it by hand"
            alone = "is left out: it is of no use beside the hand-written tests of the tree"
            self._note(f"{fragment.file} {alone if text is None else why}")
            return text
        if text is None or text == fragment.whole:
            return fragment.whole
        if applied.replace:
            self._note(f"{fragment.file} stays as it is: the tree has it by hand")
            return text
        self.wrong.append(finding("A06", str(self.tree.path / fragment.file)))
        return text

    def _left_out(self, applied: Applied) -> frozenset[str]:
        """The selftests of an iterator, if the tree has some of them by hand: a part is of no use."""
        files = {f.file: f.whole for o in applied.outputs if o.kind in TESTS for f in o.fragments}
        by_hand = (file for file, text in files.items() if self.base.get(file) not in (None, text))
        return frozenset(files) if any(by_hand) else frozenset()

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _joined(self, lines: Lines, applied: Applied, fragment: Fragment) -> Lines:
        if fragment.anchor in (Anchor.AT_END, Anchor.NEW_FILE):
            return self._kfuncs(lines, applied, fragment)
        said = self._by_hand(applied, fragment)
        if said and not applied.replace:
            self.wrong.append(finding("A04", str(self.tree.path / fragment.file), said))
            return lines
        if said and fragment.anchor in verifier.LISTED:
            self._note(f"{fragment.file} keeps its hand-written rules on who may use {applied.iterator}")
            return lines
        if said and fragment.anchor is Anchor.TARGET:
            self._note(f"{fragment.file} keeps the {said} that was hand-written")
            return lines
        instead = replacement.INSTEAD.get(fragment.anchor) if applied.replace else None
        found = instead(lines, fragment, applied.iterator) if instead else None
        return _JOINS[fragment.anchor](lines, fragment, self.profile) if found is None else found

    def _by_hand(self, applied: Applied, fragment: Fragment) -> str:
        """What the tree says of the iterator at that place already, or ""."""
        lines = (self.base[fragment.file] or "").split("\n")
        if fragment.anchor is Anchor.IN_ID_SET:
            there = any(replacement.trio(applied.iterator)[0] in line for line in lines)
            return f"{applied.iterator} has its ids there" if there else ""
        if fragment.anchor is Anchor.TARGET and replacement.has_target(lines, fragment.names[0]):
            return f'SEC("iter/{fragment.names[0]}")'
        if fragment.anchor in verifier.LISTED and verifier.holds(lines, applied.iterator):
            return f"{fragment.file} says by hand who may use {applied.iterator}"
        return ""

    def _kfuncs(self, lines: Lines, applied: Applied, fragment: Fragment) -> Lines:
        lines = insertion_points.included(lines, applied.includes)
        if not replacement.defines(lines, applied.iterator):
            return insertion_points.kfuncs(lines, fragment, self.profile)
        if applied.replace:
            return replacement.kfuncs(lines, fragment, applied.iterator, self.profile)
        row = next(r for r, line in enumerate(lines) if replacement.trio(applied.iterator)[0] in line)
        path, message = str(self.tree.path / fragment.file), f"the tree has {applied.iterator} by hand"
        self.wrong.append(finding("A04", path, message, row + 1, lines[row]))
        return lines


_JOINS = {**insertion_points.JOINS, **verifier.JOINS}


def _has(lines: Lines, fragment: Fragment) -> bool:
    """Whether the file has the lines already, as they are, at a place of that name."""
    if fragment.anchor is Anchor.SAFE_TYPE and verifier.has_type(lines, fragment):
        return True
    if fragment.anchor is Anchor.IN_ID_SET:
        found = insertion_points.id_set(lines, fragment.where)
        lines = lines[found.first : found.last]
    return "\n".join(("", *fragment.body, "")) in "\n".join(("", *lines, ""))


def _by_file(applied: Iterable[Applied]) -> dict[str, list[tuple[Applied, Fragment]]]:
    """All fragments by the file of the tree that they are for."""
    found: dict[str, list[tuple[Applied, Fragment]]] = {}
    for one in applied:
        for fragment in (fragment for output in one.outputs for fragment in output.fragments):
            found.setdefault(fragment.file, []).append((one, fragment))
    return found
