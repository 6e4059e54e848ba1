# SPDX-License-Identifier: GPL-2.0-only
"""What putting iterators into a tree, or taking them out, would do; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiter.errors import Diagnostic
from kiter.output import Kind, Output
from kiter.target.profile import Profile
from kiter.tree import fragment, insertion_points, record, replacement, verifier
from kiter.tree.codes import MisfitError, finding, refusal
from kiter.tree.record import Applied, Change, Record
from kiter.tree.undo import Edited, without
from kiter.tree.worktree import WorkTree


@dataclass(frozen=True, slots=True)
class Plan:
    """`texts` holds each file that changes, None for one that goes; `was` what is there now.

    `kept` are regions that somebody edited, and that stay as they are; `notes` say what was left out.
    """

    tree: WorkTree
    texts: Mapping[str, str | None]
    was: Mapping[str, str | None]
    record: Record
    kept: tuple[Diagnostic, ...]
    notes: tuple[str, ...]


def put_in(tree: WorkTree, wanted: Iterable[Applied]) -> Plan:
    """What it takes for these iterators to be in the tree as they are now generated.

    Raises KiterError with all that is in the way: a dirty tree, an iterator that is there by hand, a place
    that is not understood, a region that was edited and would have to change.
    """
    known = record.load(tree.record)
    return _Planner(tree, known, {**known.applied, **{a.iterator: a for a in wanted}}).plan()


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
        for applied, output in self.parts.get(path, ()):
            try:
                text = self._with(text, applied, output)
            except MisfitError as misfit:
                self.wrong.append(
                    finding(
                        "A03",
                        str(self.tree.path / path),
                        f"{applied.iterator}: {misfit.message}",
                        misfit.line,
                    )
                )
        return text

    def _with(self, text: str | None, applied: Applied, output: Output) -> str | None:
        path = fragment.place(output)
        if not fragment.joins(output) and not self._is_native(text, applied, output):
            return self._whole(text, applied, output)
        if text is None and output.kind in insertion_points.BEGINS:
            return fragment.whole(output)
        if text is None:
            raise MisfitError("there is no such file to join")
        joined = fragment.joins(output)
        body = fragment.body(output) if joined else fragment.own_code(output)
        lines = text.split("\n")
        if all(_holds(lines, part) for part in _parts(output, body)):
            return text
        if output.kind is Kind.BTF_IDS:
            found = self._ids(lines, applied, output)
        elif output.kind is Kind.VERIFIER:
            found = self._verifier(lines, applied, output)
        elif output.kind is Kind.KFUNCS:
            found = self._kfuncs(lines, body, applied, path)
        else:
            found = self._other(lines, body, applied, output)
        return "\n".join(found)

    def _is_native(self, text: str | None, applied: Applied, output: Output) -> bool:
        """Whether what would be a file of its own has to join the one that is there by hand."""
        return bool(
            applied.replace
            and output.kind is Kind.KFUNCS
            and text is not None
            and replacement.defines(text.split("\n"), applied.iterator)
        )

    def _whole(self, text: str | None, applied: Applied, output: Output) -> str | None:
        if text is None or text == output.text:
            return output.text
        if applied.replace:
            self.notes.append(f"{output.path} stays as it is: the tree has it by hand")
            return text
        self.wrong.append(finding("A06", str(self.tree.path / output.path)))
        return text

    def _kfuncs(self, lines: list[str], body: list[str], applied: Applied, path: str) -> list[str]:
        lines = insertion_points.included(lines, applied.includes)
        if not replacement.defines(lines, applied.iterator):
            return insertion_points.kfuncs(lines, body, self.profile)
        if applied.replace:
            return replacement.kfuncs(lines, body, applied.iterator, self.profile)
        row = next(r for r, line in enumerate(lines) if replacement.trio(applied.iterator)[0] in line)
        self.wrong.append(
            finding(
                "A04",
                str(self.tree.path / path),
                f"the tree has {applied.iterator} by hand",
                row + 1,
                lines[row],
            )
        )
        return lines

    def _ids(self, lines: list[str], applied: Applied, output: Output) -> list[str]:
        by_hand = any(replacement.trio(applied.iterator)[0] in line for line in lines)
        if by_hand and not applied.replace:
            path = str(self.tree.path / fragment.place(output))
            self.wrong.append(finding("A04", path, f"{applied.iterator} has its ids there"))
            return lines
        for name, ids in fragment.id_sets(output):
            if by_hand:
                lines = replacement.btf_ids(lines, ids, applied.iterator, name)
            else:
                lines = insertion_points.btf_ids(lines, ids, name)
        return lines

    def _verifier(self, lines: list[str], applied: Applied, output: Output) -> list[str]:
        parts = verifier.lacking(lines, fragment.parts(output))
        path = fragment.place(output)
        own = verifier.of_list(parts)
        if own and verifier.holds(lines, applied.iterator):
            parts = {place: block for place, block in parts.items() if place not in own}
            if applied.replace:
                self.notes.append(f"{path} keeps what it has by hand on who may use {applied.iterator}")
            else:
                message = f"{path} says by hand who may use {applied.iterator}"
                self.wrong.append(finding("A04", str(self.tree.path / path), message))
        return verifier.joined(lines, parts)

    def _other(self, lines: list[str], body: list[str], applied: Applied, output: Output) -> list[str]:
        if applied.replace and output.kind in _REPLACED:
            found = _REPLACED[output.kind](lines, body, applied.iterator)
            if found is not None:
                return found
        if output.kind not in insertion_points.JOINS:
            raise MisfitError(f"where {output.kind.value} belong is not known")
        return insertion_points.JOINS[output.kind](lines, body, self.profile)


_REPLACED = {Kind.DECLARATIONS: replacement.declarations, Kind.STRUCT: replacement.struct}


def _holds(lines: Sequence[str], body: Sequence[str]) -> bool:
    """Whether the lines have these among them, as they are: put in already, or nothing to put in."""
    return "\n".join(("", *body, "")) in "\n".join(("", *lines, ""))


def _parts(output: Output, body: list[str]) -> list[list[str]]:
    """The blocks of lines that an output comes to."""
    if output.kind is Kind.BTF_IDS:
        return [ids for _, ids in fragment.id_sets(output)]
    return list(fragment.parts(output).values()) if output.kind is Kind.VERIFIER else [body]


def _by_file(applied: Iterable[Applied]) -> dict[str, list[tuple[Applied, Output]]]:
    """All outputs by the file of the tree that holds them."""
    found: dict[str, list[tuple[Applied, Output]]] = {}
    for one in applied:
        for output in one.outputs:
            found.setdefault(fragment.place(output), []).append((one, output))
    return found
