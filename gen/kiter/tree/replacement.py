# SPDX-License-Identifier: GPL-2.0-only
"""Putting a generated iterator in the place of one that a tree has by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kiter.fragment import Anchor, Fragment, trimmed
from kiter.target.profile import Profile
from kiter.tree import conditions, idset, insertion_points
from kiter.tree.codes import MisfitError
from kiter.tree.csource import Piece, pieces, words
from kiter.tree.insertion_points import Lines

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def trio(name: str) -> tuple[str, str, str]:
    """The three functions that every iterator has."""
    return f"bpf_iter_{name}_new", f"bpf_iter_{name}_next", f"bpf_iter_{name}_destroy"


def defines(lines: Sequence[str], name: str) -> bool:
    """Whether a C file has the kfuncs of that iterator."""
    if not any(trio(name)[0] in line for line in lines):
        return False
    return any(trio(name)[0] in piece.names for piece in pieces(lines))


# --- the C ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Generated:
    """The generated C: what comes before its kfuncs, and these with their markers."""

    types: Lines
    kfuncs: Lines
    names: frozenset[str]

    @classmethod
    def of(cls, fragment: Fragment) -> _Generated:
        """With all that it defines."""
        types, kfuncs = list(fragment.before), list(fragment.lines)
        names = (name for part in (types, kfuncs) for piece in pieces(part) for name in piece.names)
        return cls(types, kfuncs, frozenset(names))


def kfuncs(lines: Lines, fragment: Fragment, name: str, profile: Profile) -> Lines:
    """The file with the generated code where the hand-written stood, and without what only that used."""
    found = pieces(lines)
    made = _Generated.of(fragment)
    gone = _gone(found, made, name, lines)
    functions = [p for p in gone if p.kind == "function" and set(trio(name)) & p.names]
    if len(functions) != 3:
        raise MisfitError(f"{len(functions)} of the three kfuncs of {name} are where they are looked for")
    block = _block(lines, functions, gone, profile)
    if block is None:
        made = replace(made, kfuncs=_bare(made.kfuncs, profile))
    if not _stands_in(fragment.condition, lines, functions[0].first):
        made = _guarded(fragment.condition, made)
    rows = {row for piece in gone for row in piece.rows}
    if block is None:
        return _placed(lines, rows, _apart(made, _first_type(gone, functions), functions[0].first))
    rows |= set(block)
    types = [p for p in gone if p.kind != "function"]
    together = not types or _adjacent(lines, rows, types[-1].last, block[0])
    start = min([block[0], *(p.first for p in types)])
    return _placed(lines, rows, _apart(made, start, start if together else block[0]))


def _apart(made: _Generated, types: int, kfuncs: int) -> dict[int, Lines]:
    """Each part at its row, both as one block where that is the same."""
    if types != kfuncs:
        return {types: made.types, kfuncs: made.kfuncs}
    return {types: [*made.types, *([""] if made.types else []), *made.kfuncs]}


def _bare(kfuncs: Lines, profile: Profile) -> Lines:
    """Without the markers, for a place that stands between others'."""
    markers = {*profile.kfuncs_open.splitlines(), *profile.kfuncs_close.splitlines()}
    return [*trimmed([line for line in kfuncs if line.strip() not in markers])]


def _guarded(guard: str, made: _Generated) -> _Generated:
    def wrap(part: Lines) -> Lines:
        return [guard, *part, "#endif"] if part else part

    return _Generated(wrap(made.types), wrap(made.kfuncs), made.names)


def _stands_in(guard: str, lines: Lines, row: int) -> bool:
    around = conditions.around(conditions.blocks(lines), row)
    return not guard or any(conditions.spelled(lines, block) == guard for block in around)


def _gone(found: Sequence[Piece], made: _Generated, name: str, lines: Lines) -> tuple[Piece, ...]:
    """What the generated code defines itself, and what nothing uses any more then."""
    ours = made.names | set(trio(name))
    gone = [piece for piece in found if piece.names & ours]
    body = [*made.types, *made.kfuncs]
    wanted = words(body, range(len(body)))
    while orphans := [p for p in found if p not in gone and _orphaned(p, gone, wanted, lines)]:
        gone += orphans
    return tuple(sorted(gone, key=lambda piece: piece.first))


def _orphaned(piece: Piece, gone: Sequence[Piece], wanted: frozenset[str], lines: Lines) -> bool:
    """Whether what goes has used it, and nothing that stays or comes does."""
    if piece.kind == "function" and not piece.static:
        return False
    rows = {row for other in gone for row in other.rows}
    if not piece.names & words(lines, sorted(rows)) or piece.names & wanted:
        return False
    rest = [row for row in range(len(lines)) if row not in rows and row not in piece.rows]
    return not piece.names & words(lines, rest)


def _first_type(gone: Iterable[Piece], functions: Sequence[Piece]) -> int:
    return next((piece.first for piece in gone if piece.kind == "type"), functions[0].first)


def _block(lines: Lines, functions: Sequence[Piece], gone: Sequence[Piece], profile: Profile) -> range | None:
    """The rows from the marker before the kfuncs to that behind them, if nothing else is between."""
    opening, close = profile.kfuncs_open.splitlines()[0], profile.kfuncs_close.splitlines()[-1]
    first = next((r for r in range(functions[0].first, -1, -1) if lines[r].strip() == opening), None)
    last = next((r for r in range(functions[-1].last, len(lines)) if lines[r].strip() == close), None)
    if first is None or last is None:  # as in bpf_testmod.c, which has another way to silence warnings
        return None
    markers = len(profile.kfuncs_open.splitlines()), len(profile.kfuncs_close.splitlines())
    inside = range(first + markers[0], last - markers[1] + 1)
    rows = {row for piece in gone for row in piece.rows}
    if any(lines[row].strip() and row not in rows for row in inside):
        return None
    return range(first, last + 1)


def _adjacent(lines: Lines, rows: set[int], first: int, last: int) -> bool:
    """Whether nothing stays between the two rows."""
    return not any(lines[row].strip() and row not in rows for row in range(first, last))


def _placed(lines: Lines, gone: set[int], blocks: dict[int, Lines]) -> Lines:
    """The lines without those rows, with each block at its row; never two blank lines at a seam."""
    out: Lines = []
    seam = False
    for row, line in enumerate(lines):
        if block := blocks.get(row):
            out += [*([""] if out and out[-1].strip() and not out[-1].startswith("#if") else []), *block]
            seam = True
        if row in gone:
            seam = True
        elif seam and not line.strip() and out and not out[-1].strip():
            continue
        else:
            if seam and line.strip() and out and out[-1].strip() and not line.startswith("#endif"):
                out.append("")
            seam = False
            out.append(line)
    return out


# --- what goes with it ---------------------------------------------------------------------------


def btf_ids(lines: Lines, fragment: Fragment, name: str) -> Lines | None:
    """The set with the ids where the hand-written ones stood, in their conditional; None if none did."""
    guard, ours = fragment.condition, {*fragment.names, *trio(name)}
    entries = [entry for entry in idset.find(lines, fragment.where).entries if entry.name in ours]
    if not entries:
        return None
    rows = {row for entry in entries for row in range(entry.first, entry.last + 1)}
    guarded = any(conditions.spelled(lines, block) == guard for block in entries[0].around)
    return _swapped(lines, rows, entries[0].first, fragment.lines if guarded else fragment.body)


def struct(lines: Lines, fragment: Fragment, name: str) -> Lines | None:
    """The type where the hand-written one stood; None if the header has none."""
    found = [piece for piece in pieces(lines) if f"bpf_iter_{name}" in piece.names and piece.kind == "type"]
    if not found:
        return None
    if _bones(lines[row] for row in found[0].rows) == _bones(fragment.body):
        return lines
    return _swapped(lines, set(found[0].rows), found[0].first, fragment.body)


def _bones(lines: Iterable[str]) -> str:
    """A type without its comments, its white space, and how its alignment is spelled."""
    bare = _COMMENT.sub("", "\n".join(lines)).replace("__attribute__((aligned(8)))", "__aligned(8)")
    return "".join(bare.split())


def _swapped(lines: Lines, rows: set[int], start: int, block: Sequence[str]) -> Lines:
    """The lines without those rows, and with the block at its row."""
    return [
        out
        for row, line in enumerate(lines)
        for out in (*(block if row == start else ()), *(() if row in rows else (line,)))
    ]


def declarations(lines: Lines, fragment: Fragment, name: str) -> Lines | None:
    """The declarations where the hand-written ones stood; None if the header has none."""
    names = {*trio(name), *fragment.names}
    # at the beginning of a line: macros call them, too
    functions = re.compile(rf"^[a-z].*\b(?:{'|'.join(sorted(names))})\s*\(")
    forward = f"struct bpf_iter_{name};"
    starts = [row for row, line in enumerate(lines) if functions.search(line)]
    if not starts:
        return None
    rows = {
        row for start in starts for row in range(start, insertion_points.end_of_statement(lines, start) + 1)
    }
    rows |= {row for row, line in enumerate(lines) if line.strip() == forward}
    # a blank line that stood between the type and its functions
    rows |= {row for row in range(min(rows), starts[0]) if not lines[row].strip()}
    return _swapped(lines, rows, starts[0], fragment.body)


INSTEAD: Mapping[Anchor, Callable[[Lines, Fragment, str], Lines | None]] = {
    Anchor.IN_ID_SET: btf_ids,
    Anchor.BEFORE_ENDIF: struct,
    Anchor.AMONG_DECLARATIONS: declarations,
}
"""What goes with the kfuncs of an iterator, by place; None where the file has nothing to replace."""
