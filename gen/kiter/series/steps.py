# SPDX-License-Identifier: GPL-2.0-only
"""Which output goes into which patch, and what each patch changes: every step of a series builds."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kiter.errors import FINDINGS
from kiter.output import TESTS, Kind, Rendered
from kiter.series.codes import refused
from kiter.tree import apply, replacement
from kiter.tree.record import Applied
from kiter.tree.worktree import WorkTree
from kiter.value_class import value_class


class Step(enum.Enum):
    """The patches of one iterator, in their order.

    The declarations come with the tests, their first user: a header that only declares has none.
    """

    KERNEL = "kernel"
    SELFTESTS = "selftests"
    DOCS = "docs"


KINDS: Mapping[Step, frozenset[Kind]] = {
    Step.KERNEL: frozenset(
        {Kind.KFUNCS, Kind.BTF_IDS, Kind.TARGET, Kind.STRUCT, Kind.MAKEFILE, Kind.VERIFIER}
    ),
    Step.SELFTESTS: frozenset({Kind.DECLARATIONS, Kind.CONFIG, *TESTS}),
    Step.DOCS: frozenset({Kind.RST, Kind.INDEX, Kind.TOCTREE}),
}


@value_class
class Piece:
    """What one patch does: `texts` are the files after it, `was` before it, None for one that is not there.

    `by_hand` says that the tree had the iterator, and this puts the generated one in its place.
    """

    step: Step
    rendered: Rendered
    texts: Mapping[str, str]
    was: Mapping[str, str | None]
    by_hand: bool


@value_class
class Pieces:
    """All patches in their order; `texts` is every file that differs in the end."""

    pieces: tuple[Piece, ...]
    texts: Mapping[str, str]
    notes: tuple[str, ...]


def split(tree: WorkTree, wanted: Sequence[tuple[Applied, Rendered]]) -> Pieces:
    """The patches that put these iterators into a tree, kernel code of all of them first.

    Raises KiterError like apply.put_in(), and M06 if nothing is left to do.
    """
    found: list[Piece] = []
    before: Mapping[str, str] = {}
    put: list[Applied] = []
    notes: tuple[str, ...] = ()
    for step in Step:
        for applied, rendered in wanted:
            put.append(_part(applied, step))
            plan = apply.put_in(tree, _joined(put, wanted))
            texts = {path: text for path, text in plan.texts.items() if text is not None}
            changed = {path: text for path, text in texts.items() if before.get(path) != text}
            if changed:
                was = {path: before.get(path, tree.read(path)) for path in changed}
                found.append(Piece(step, rendered, changed, was, _by_hand(tree, applied)))
            before, notes = texts, plan.notes
    if not found:
        names = ", ".join(applied.iterator for applied, _ in wanted)
        raise refused("M06", str(tree.path), f"the tree has all of {names}", FINDINGS)
    return Pieces(tuple(found), before, notes)


def _part(applied: Applied, step: Step) -> Applied:
    outputs = tuple(output for output in applied.outputs if output.kind in KINDS[step])
    return replace(applied, outputs=outputs)


def _joined(put: Sequence[Applied], wanted: Sequence[tuple[Applied, Rendered]]) -> Iterator[Applied]:
    """The iterators in the order that 'kiter apply' puts them in, each with its outputs so far."""
    for applied, _ in wanted:
        mine = [part for part in put if part.iterator == applied.iterator]
        if mine:
            kinds = {output.kind for part in mine for output in part.outputs}
            yield replace(applied, outputs=tuple(o for o in applied.outputs if o.kind in kinds))


def _by_hand(tree: WorkTree, applied: Applied) -> bool:
    if not applied.replace:
        return False
    paths = (path for output in applied.outputs if output.kind is Kind.KFUNCS for path in output.files)
    return any(replacement.defines((tree.read(path) or "").split("\n"), applied.iterator) for path in paths)
