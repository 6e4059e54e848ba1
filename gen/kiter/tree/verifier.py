# SPDX-License-Identifier: GPL-2.0-only
"""Where the lines that the verifier needs of an iterator go in kernel/bpf/verifier.c."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kiter.csource import id_sets
from kiter.fragment import Anchor, Fragment
from kiter.regex import regex
from kiter.target.profile import Profile
from kiter.tree.codes import MisfitError
from kiter.tree.insertion_points import Join, Lines

_ENUM = "enum special_kfunc_type {"
_LIST = "special_kfunc_list"
_NUMBERED = regex(r"^\s*KF_\w+,$")
_ARGUMENTS = "static int check_kfunc_args("
_LOOKS = "process_iter_arg("


def holds(lines: Lines, name: str) -> bool:
    """Whether it decides already which programs may use that iterator."""
    return any(line.strip() == f"KF_bpf_iter_{name}_new," for line in lines)


def has_type(lines: Lines, fragment: Fragment) -> bool:
    """Whether the type of trusted pointers has all the fields."""
    opening, *fields, _ = fragment.lines
    return {*fields} <= {*_fields(lines, opening)}


def _enum(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """At the end of the numbers, which must be in step with the list."""
    end = _numbers(lines).stop
    return [*lines[:end], *fragment.lines, *lines[end:]]


def _list(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Behind the last id of the list: the enum, which has got its number by now, is one ahead of it."""
    found = id_sets.lists(lines, _LIST)
    if len(found) != 1:
        raise MisfitError(f"{len(found)} times 'BTF_ID_LIST({_LIST})' where it must be once")
    numbered = [lines[row].strip().removeprefix("KF_").removesuffix(",") for row in _numbers(lines)]
    end = found[0].last + 1
    if [*found[0].names] != numbered[:-1]:
        raise MisfitError("special_kfunc_list is not in the order of enum special_kfunc_type", end)
    return [*lines[:end], *fragment.lines, *lines[end:]]


def _numbers(lines: Lines) -> range:
    """The rows of the enum."""
    first = _only(lines, lambda line: line == _ENUM, _ENUM.removesuffix(" {"))
    end = next((row for row in range(first, len(lines)) if lines[row] == "};"), first)
    odd = next((row for row in range(first + 1, end) if not _NUMBERED.match(lines[row])), None)
    if odd is not None or end == first:
        raise MisfitError("enum special_kfunc_type does not only have numbers of kfuncs", (odd or first) + 1)
    return range(first + 1, end)


def _before(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Before the function that calls it, and the comment of that."""
    row = _definition(lines)
    while lines[row - 1].strip():
        row -= 1
    return [*lines[:row], *fragment.lines, "", *lines[row:]]


def _call(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Behind the other checks of an iterator that is passed: before what looks at the iterator itself."""
    start = _definition(lines)
    end = next((row for row in range(start, len(lines)) if lines[row] == "}"), len(lines))
    row = start + _only(lines[start:end], lambda line: _LOOKS in line, f"check_kfunc_args() calls {_LOOKS})")
    return [*lines[:row], *fragment.lines, *lines[row:]]


def _type(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """The fields into the type where there is one of that name, else the type behind the last of its kind."""
    kind, (struct, *_) = f"BTF_TYPE_SAFE_{fragment.where}", fragment.names
    opening, *fields, _ = fragment.lines
    for field in fields:
        row = next(
            (r for r, line in enumerate(lines) if line == field and f"({struct}) {{" in _head(lines, r)), None
        )
        if row is not None and not _head(lines, row).startswith(f"{kind}("):
            raise MisfitError(f"it has this field of {struct} in another list", row + 1)
    if opening in lines:
        end = lines.index("};", lines.index(opening))
        there = _fields(lines, opening)
        return [*lines[:end], *(line for line in fields if line not in there), *lines[end:]]
    rows = [row for row, line in enumerate(lines) if line.startswith(f"{kind}(") and line.endswith(" {")]
    if not rows:
        raise MisfitError(f"there is no {kind} beside which one could stand")
    end = lines.index("};", rows[-1]) + 1
    return [*lines[:end], "", *fragment.lines, *lines[end:]]


def _head(lines: Lines, row: int) -> str:
    """The line that begins the definition that a row is in."""
    return next((line for line in reversed(lines[:row]) if line and line[0].isalpha()), "")


def _fields(lines: Lines, opening: str) -> Lines:
    """What the type that begins so has, nothing where there is none."""
    if opening not in lines:
        return []
    start = lines.index(opening)
    return lines[start + 1 : lines.index("};", start)]


def _emit(lines: Lines, fragment: Fragment, _profile: Profile) -> Lines:
    """Behind the others of its kind, without which no type would be in the kernel's BTF."""
    begun = f"\tBTF_TYPE_EMIT(BTF_TYPE_SAFE_{fragment.where}("
    rows = [row for row, line in enumerate(lines) if line.startswith(begun)]
    if not rows:
        raise MisfitError(f"there is no {begun.strip()})) beside which one could stand")
    return [*lines[: rows[-1] + 1], *fragment.lines, *lines[rows[-1] + 1 :]]


def _definition(lines: Lines) -> int:
    return _only(
        lines,
        lambda line: line.startswith(_ARGUMENTS) and not line.endswith(";"),
        "check_kfunc_args()",
    )


def _only(lines: Sequence[str], fits: Callable[[str], bool], what: str) -> int:
    """The one row that fits."""
    rows = [row for row, line in enumerate(lines) if fits(line)]
    if len(rows) != 1:
        raise MisfitError(f"{len(rows)} times '{what}' where it must be once")
    return rows[0]


JOINS: Mapping[Anchor, Join] = {
    Anchor.SAFE_TYPE: _type,
    Anchor.SAFE_EMIT: _emit,
    Anchor.KFUNC_ENUM: _enum,
    Anchor.KFUNC_LIST: _list,
    Anchor.BEFORE_ARGUMENTS: _before,
    Anchor.IN_ARGUMENTS: _call,
}
# the places that say which programs may use an iterator
LISTED = JOINS.keys() - {Anchor.SAFE_TYPE, Anchor.SAFE_EMIT}
