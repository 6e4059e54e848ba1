# SPDX-License-Identifier: GPL-2.0-only
"""Where the lines that the verifier needs of an iterator go in kernel/bpf/verifier.c."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from kiter.tree.codes import MisfitError

Lines = list[str]

_ENUM = "enum special_kfunc_type {"
_LIST = "BTF_ID_LIST(special_kfunc_list)"
_LISTED = re.compile(r"^(?:BTF_ID\(func, (\w+)\)|BTF_ID_UNUSED|#(?:ifn?def|if|else|elif|endif)\b.*)$")
_NUMBERED = re.compile(r"^\s*KF_\w+,$")
_ARGUMENTS = "static int check_kfunc_args("
_LOOKS = "process_iter_arg("


def holds(lines: Lines, name: str) -> bool:
    """Whether it decides already which programs may use that iterator."""
    return any(line.strip() == f"KF_bpf_iter_{name}_new," for line in lines)


def joined(lines: Lines, parts: Mapping[str, Lines]) -> Lines:
    """With each part, a block by its place; raises MisfitError where one is not certain."""
    for place, block in parts.items():
        join = next((join for known, join in _PLACES.items() if known in place), None)
        if join is None:
            raise MisfitError(f"where a part that goes {place} belongs is not known")
        lines = join(lines, block)
    return lines


def _enum(lines: Lines, block: Lines) -> Lines:
    """At the end of the numbers, which must be in step with the list."""
    end = _numbers(lines).stop
    return [*lines[:end], *block, *lines[end:]]


def _list(lines: Lines, block: Lines) -> Lines:
    """Behind the last id of the list: the enum, which has got its number by now, is one ahead of it."""
    first = _only(lines, lambda line: line == _LIST, _LIST)
    last = first
    while last + 1 < len(lines) and _LISTED.match(lines[last + 1]):
        last += 1
    ids = [m[1] for line in lines[first : last + 1] if (m := _LISTED.match(line)) and m[1]]
    if ids != [lines[row].strip().removeprefix("KF_").removesuffix(",") for row in _numbers(lines)][:-1]:
        raise MisfitError("special_kfunc_list is not in the order of enum special_kfunc_type", last + 1)
    return [*lines[: last + 1], *block, *lines[last + 1 :]]


def _numbers(lines: Lines) -> range:
    """The rows of the enum."""
    first = _only(lines, lambda line: line == _ENUM, _ENUM.removesuffix(" {"))
    end = next((row for row in range(first, len(lines)) if lines[row] == "};"), first)
    odd = next((row for row in range(first + 1, end) if not _NUMBERED.match(lines[row])), None)
    if odd is not None or end == first:
        raise MisfitError("enum special_kfunc_type does not only have numbers of kfuncs", (odd or first) + 1)
    return range(first + 1, end)


def _before(lines: Lines, block: Lines) -> Lines:
    """Before the function that calls it, and the comment of that."""
    row = _definition(lines)
    while lines[row - 1].strip():
        row -= 1
    return [*lines[:row], *block, "", *lines[row:]]


def _call(lines: Lines, block: Lines) -> Lines:
    """Behind the other checks of an iterator that is passed: before what looks at the iterator itself."""
    start = _definition(lines)
    end = next((row for row in range(start, len(lines)) if lines[row] == "}"), len(lines))
    row = start + _only(lines[start:end], lambda line: _LOOKS in line, f"check_kfunc_args() calls {_LOOKS})")
    return [*lines[:row], *block, *lines[row:]]


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


_PLACES: Mapping[str, Callable[[Lines, Lines], Lines]] = {
    "the enum special_kfunc_type": _enum,
    "the list special_kfunc_list": _list,
    "before the function check_kfunc_args()": _before,
    "in check_kfunc_args(), before process_iter_arg()": _call,
}
