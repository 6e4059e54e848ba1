# SPDX-License-Identifier: GPL-2.0-only
"""Putting a generated iterator in the place of a hand-written one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kiter.csource import comments, iter_targets
from kiter.csource.conditionals import Conditionals
from kiter.csource.items import Item
from kiter.csource.source import Source
from kiter.fragment import Anchor, Fragment, apart
from kiter.target.profile import Profile
from kiter.tree import insertion_points
from kiter.tree.codes import MisfitError
from kiter.tree.insertion_points import Lines
from kiter.value_class import value_class


def trio(name: str) -> tuple[str, str, str]:
    """The three functions that every iterator has."""
    return f"bpf_iter_{name}_new", f"bpf_iter_{name}_next", f"bpf_iter_{name}_destroy"


def has_target(lines: Sequence[str], target: str) -> bool:
    """Whether a C file has SEC("iter/TARGET")."""
    return any(one.name == target for one in iter_targets.read(Source.of(lines).code))


def defines(lines: Sequence[str], name: str) -> bool:
    """Whether a C file has the kfuncs of that iterator."""
    source = Source.of(lines)
    return trio(name)[0] in source.text and trio(name)[0] in source.functions


# --- the C ---------------------------------------------------------------------------------------


@value_class
class _Generated:
    """The generated C: what comes before its kfuncs, and these with what stands round them."""

    types: Lines
    kfuncs: Lines

    @classmethod
    def of(cls, fragment: Fragment, marked: bool) -> _Generated:
        """With markers of its own, unless it comes to stand between others'."""
        opening, closing = (fragment.opening, fragment.closing) if marked else ((), ())
        return cls([*fragment.before], [*apart(opening, fragment.lines, closing, fragment.after)])


def kfuncs(lines: Lines, fragment: Fragment, name: str, profile: Profile) -> Lines:
    """The file with the generated code where the hand-written stood, and without what only that used."""
    source = Source.of(lines)
    gone = _gone(source, fragment, name)
    functions = [item for item in gone if item.kind == "function" and set(trio(name)) & item.names]
    if len(functions) != 3:
        raise MisfitError(f"{len(functions)} of the three kfuncs of {name} are where they are looked for")
    block = _block(lines, functions, gone, profile)
    made = _Generated.of(fragment, marked=block is not None)
    if not _stands_in(fragment.condition, source.conditionals, functions[0].first):
        made = _guarded(fragment.condition, made)
    rows = {row for item in gone for row in item.rows}
    if block is None:
        return _placed(lines, rows, _apart(made, _first_type(gone, functions), functions[0].first))
    rows |= set(block)
    types = [item for item in gone if item.kind != "function"]
    together = not types or _adjacent(lines, rows, types[-1].last, block[0])
    start = min([block[0], *(item.first for item in types)])
    return _placed(lines, rows, _apart(made, start, start if together else block[0]))


def _apart(made: _Generated, types: int, kfuncs: int) -> dict[int, Lines]:
    """Each part at its row, both as one block where that is the same."""
    if types != kfuncs:
        return {types: made.types, kfuncs: made.kfuncs}
    return {types: [*made.types, *([""] if made.types else []), *made.kfuncs]}


def _guarded(guard: str, made: _Generated) -> _Generated:
    def wrap(part: Lines) -> Lines:
        return [guard, *part, "#endif"] if part else part

    return _Generated(wrap(made.types), wrap(made.kfuncs))


def _stands_in(guard: str, conditionals: Conditionals, row: int) -> bool:
    return not guard or any(one.spelled == guard for one in conditionals.around(row))


def _gone(source: Source, fragment: Fragment, name: str) -> tuple[Item, ...]:
    """What the generated code defines itself, and what nothing uses any more then."""
    ours, found, wanted = {*fragment.names, *trio(name)}, source.definitions, frozenset(fragment.uses)
    gone = [item for item in found if item.names & ours]
    while orphans := [item for item in found if item not in gone and _orphaned(item, gone, wanted, source)]:
        gone += orphans
    return tuple(sorted(gone, key=lambda item: item.first))


def _orphaned(item: Item, gone: Sequence[Item], wanted: frozenset[str], source: Source) -> bool:
    """Whether what goes has used it, and nothing that stays or comes does."""
    if item.kind == "function" and not item.static:
        return False
    rows = {row for other in gone for row in other.rows}
    if not item.names & source.words(rows) or item.names & wanted:
        return False
    rest = (row for row in range(len(source.lines)) if row not in rows and row not in item.rows)
    return not item.names & source.words(rest)


def _first_type(gone: Iterable[Item], functions: Sequence[Item]) -> int:
    return next((item.first for item in gone if item.kind == "type"), functions[0].first)


def _block(lines: Lines, functions: Sequence[Item], gone: Sequence[Item], profile: Profile) -> range | None:
    """The rows from the marker before the kfuncs to that behind them, if nothing else is between."""
    opening, closing = profile.markers
    first = next((r for r in range(functions[0].first, -1, -1) if lines[r].strip() == opening[0]), None)
    last = next((r for r in range(functions[-1].last, len(lines)) if lines[r].strip() == closing[-1]), None)
    if first is None or last is None:  # as in bpf_testmod.c, which has another way to silence warnings
        return None
    inside = range(first + len(opening), last - len(closing) + 1)
    rows = {row for item in gone for row in item.rows}
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
    ours = {*fragment.names, *trio(name)}
    found = [one for one in insertion_points.id_set(lines, fragment.where).ids if one.name in ours]
    if not found:
        return None
    rows = {row for one in found for row in range(one.first, one.last + 1)}
    guarded = _stands_in(fragment.condition, Conditionals(lines), found[0].first)
    return _swapped(lines, rows, found[0].first, fragment.lines if guarded else fragment.body)


def struct(lines: Lines, fragment: Fragment, name: str) -> Lines | None:
    """The type where the hand-written one stood; None if the header has none."""
    there = Source.of(lines).structs.get(f"bpf_iter_{name}")
    if there is None:
        return None
    item = there.item
    if _bones(lines[row] for row in item.rows) == _bones(fragment.body):
        return lines
    return _swapped(lines, set(item.rows), item.first, fragment.body)


def _bones(lines: Iterable[str]) -> str:
    """A type without its comments, its white space, and how its alignment is spelled."""
    bare = comments.blanked("\n".join(lines)).replace("__attribute__((aligned(8)))", "__aligned(8)")
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
    ours = {*trio(name), *fragment.names}
    found = [one.item for function, one in Source.of(lines).prototypes.items() if function in ours]
    if not found:
        return None
    start = found[0].start
    rows = {row for item in found for row in range(item.start, item.last + 1)}
    rows |= {row for row, line in enumerate(lines) if line.strip() == f"struct bpf_iter_{name};"}
    # a blank line that stood between the type and its functions
    rows |= {row for row in range(min(rows), start) if not lines[row].strip()}
    return _swapped(lines, rows, start, fragment.body)


INSTEAD: Mapping[Anchor, Callable[[Lines, Fragment, str], Lines | None]] = {
    Anchor.IN_ID_SET: btf_ids,
    Anchor.BEFORE_ENDIF: struct,
    Anchor.AMONG_DECLARATIONS: declarations,
}
"""What goes with the kfuncs of an iterator, by place; None where the file has nothing to replace."""
