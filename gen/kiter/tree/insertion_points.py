# SPDX-License-Identifier: GPL-2.0-only
"""Where a new iterator's fragments go in the files of a tree: beside those of the other iterators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kiter.csource.comments import blanked
from kiter.csource.conditionals import Conditionals
from kiter.csource.id_sets import IdSet
from kiter.csource.source import Source
from kiter.fragment import Anchor, Fragment
from kiter.regex import regex
from kiter.target.profile import Profile
from kiter.tree.codes import MisfitError

Lines = list[str]
Join = Callable[[Lines, Fragment, Profile], Lines]

_OBJECT = regex(r"^obj-\S+\s*[:+]?=.*[^\\]$")
_ITERATOR_OBJECT = regex(r"^\s*obj-.*\b\w+_iter\.o\b")
_DESTROY = regex(r"bpf_iter_\w+_destroy")
_OPTION = regex(r"^(?:# )?(CONFIG_\w+)(=| is not set)")
_ROW = regex(r"^   \* - \S*\b(bpf_iter_\w+)\.rst$")


def inserted(lines: Lines, row: int, block: Sequence[str]) -> Lines:
    """The block before that row, with one blank line round it where there is code beside it."""
    before, after = lines[:row], lines[row:]
    head = [""] if before and before[-1].strip() else []
    tail = [""] if after and after[0].strip() else []
    return [*before, *head, *block, *tail, *after]


def kfuncs(lines: Lines, fragment: Fragment, profile: Profile) -> Lines:
    """Behind the last block of kfuncs, else at the end of the file."""
    _, closing = profile.markers
    rows = [row for row, line in enumerate(lines) if line.strip() == closing[-1]]
    row = Conditionals(lines).behind(rows[-1]) if rows else len(lines)
    if row == len(lines):
        return [*inserted(lines[:-1] if not lines[-1] else lines, row, fragment.body), ""]
    return inserted(lines, row, fragment.body)


def included(lines: Lines, headers: Sequence[str]) -> Lines:
    """With an #include of each header that the file lacks, behind the last of that kind above its code.

    A header that is no part of the kernel's interface ("../../mm/slab.h") is quoted, as kernel files do.
    """
    for header in headers:
        wanted = f'#include "{header}"' if header.startswith("../") else f"#include <{header}>"
        if any(line.startswith(wanted) for line in lines):
            continue
        rows = _includes(lines)
        if not rows:
            raise MisfitError(f"there is no #include beside which {wanted} could stand")
        same = [row for row in rows if lines[row].startswith(wanted[: len("#include <")])]
        row = (same or rows)[-1] + 1
        lines = [*lines[:row], wanted, *lines[row:]]
    return lines


def _includes(lines: Lines) -> list[int]:
    """The rows of the #includes above the code and in no conditional, as long as there are such."""
    rows = [row for row, line in enumerate(lines) if line.startswith("#include ")]
    code, conditionals = _code(lines), Conditionals(lines)
    above = [row for row in rows if row < code] or rows
    return [row for row in above if not conditionals.around(row)] or above


def _code(lines: Lines) -> int:
    """The first row that holds neither a directive nor a comment."""
    bare = blanked("\n".join(lines)).split("\n")
    directive = ""
    for row, line in enumerate(bare):
        directive = line if directive.endswith("\\") or line.lstrip().startswith("#") else ""
        if line.strip() and not directive:
            return row
    return len(lines)


def btf_ids(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Beside the other iterators of the set, and inside the guard if there is one for others already."""
    found = id_set(lines, fragment.where)
    iterators = [one for one in found.ids if one.iterator]
    conditionals = Conditionals(lines)
    guards = [fragment.condition] if fragment.guard else []
    same = [one for one in iterators if [c.spelled for c in conditionals.around(one.first)] == guards]
    if same:
        row, block = same[-1].last + 1, fragment.lines
    elif iterators:
        row, block = conditionals.behind(iterators[-1].last), fragment.body
    else:
        row, block = found.last, fragment.body
    return [*lines[:row], *block, *lines[row:]]


def id_set(lines: Lines, name: str) -> IdSet:
    """The set of kfunc ids of that name; raises MisfitError if there is not just one."""
    found = [one for one in Source.of(lines).id_sets if one.name == name]
    if len(found) != 1:
        raise MisfitError(f"there are {len(found)} kfunc sets {name} where there must be one")
    return found[0]


def makefile(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """In the conditional that it needs if that is there, else behind the last object, best of an iterator."""
    conditionals = Conditionals(lines, make=True)
    outer = (one for one in conditionals.every if not conditionals.around(one.first))
    same = [one.last for one in outer if one.spelled == fragment.condition]
    if same:
        return [*lines[: same[-1]], *fragment.lines, *lines[same[-1] :]]
    rows = [row for row, line in enumerate(lines) if _ITERATOR_OBJECT.match(line)]
    rows = rows or [row for row, line in enumerate(lines) if _OBJECT.match(line)]
    if not rows:
        raise MisfitError("no object, beside which this one could stand")
    row = conditionals.behind(rows[-1])
    return [*lines[:row], *fragment.body, *lines[row:]]


def declarations(lines: Lines, fragment: Fragment, profile: Profile) -> Lines:
    """Behind the declarations of the last iterator, else before the header's #endif."""
    declared = Source.of(lines).prototypes.items()
    ends = [one.item.last for name, one in declared if _DESTROY.fullmatch(name)]
    return inserted(lines, ends[-1] + 1, fragment.body) if ends else struct(lines, fragment, profile)


def struct(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Before the header's last #endif."""
    ends = [row for row, line in enumerate(lines) if line.startswith("#endif")]
    if not ends:
        raise MisfitError("a header without a last #endif")
    return inserted(lines, ends[-1], fragment.body)


def config(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Options that the file lacks, each in its place in the alphabet."""
    for name, option in zip(fragment.names, fragment.lines, strict=True):
        known = {m[1]: (row, m[2]) for row, line in enumerate(lines) if (m := _OPTION.match(line))}
        if name in known:
            row, how = known[name]
            if how != "=":
                raise MisfitError(f"{name} is switched off there", row + 1)
            continue
        end = len(lines) - (not lines[-1])
        row = next((row for other, (row, _) in known.items() if other > name), end)
        lines = [*lines[:row], option, *lines[row:]]
    return lines


def toctree(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """In the index of pages, as indexed() does it."""
    return indexed(lines, fragment)


def indexed(lines: Lines, fragment: Fragment) -> Lines:
    """The index of pages with one more, behind that on iterators; raises MisfitError for no such index."""
    rows = [row for row, line in enumerate(lines) if line.strip() == "bpf_iterators"]
    if len(rows) != 1:
        raise MisfitError("no index that lists bpf_iterators once")
    return [*lines[: rows[0] + 1], *fragment.lines, *lines[rows[0] + 1 :]]


def table(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """In the table of iterators, as listed() does it."""
    return _listed(lines, fragment)


def _listed(lines: Lines, fragment: Fragment) -> Lines:
    """In the table of iterators, by the alphabet, or in the place of the row that it had."""
    (name,) = fragment.names
    every = _table_rows(lines)
    if not every:
        raise MisfitError("no table of iterators, each with its page in the first column")
    row = next((found for found in every if found[0] >= name), ("", every[-1][2], every[-1][2]))
    return [*lines[: row[1]], *fragment.lines, *lines[row[2] if row[0] == name else row[1] :]]


def listed(text: str | None, fragment: Fragment) -> str:
    """The list of iterators, None for none yet, with the row of one; raises MisfitError for no list."""
    return fragment.begun if text is None else "\n".join(_listed(text.split("\n"), fragment))


def _table_rows(lines: Lines) -> list[tuple[str, int, int]]:
    """The rows of iterators in a list-table: the page, where it begins, and where it has ended."""
    starts = [(found[1], row) for row, line in enumerate(lines) if (found := _ROW.match(line))]
    return [(page, row, _row_end(lines, row)) for page, row in starts]


def _row_end(lines: Lines, row: int) -> int:
    ends = (at for at in range(row + 1, len(lines)) if not lines[at].startswith("     "))
    return next(ends, len(lines))


JOINS: Mapping[Anchor, Join] = {
    Anchor.AT_END: kfuncs,
    Anchor.OWN_SET: kfuncs,
    Anchor.TARGET: kfuncs,
    Anchor.IN_ID_SET: btf_ids,
    Anchor.MAKEFILE: makefile,
    Anchor.BEFORE_ENDIF: struct,
    Anchor.AMONG_DECLARATIONS: declarations,
    Anchor.CONFIG: config,
    Anchor.TABLE: table,
    Anchor.TOCTREE: toctree,
}
