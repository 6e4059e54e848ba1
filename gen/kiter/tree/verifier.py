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


def lacking(lines: Lines, parts: Mapping[str, Lines]) -> Mapping[str, Lines]:
    """The parts that are not there yet, by their places."""
    text = "\n".join(("", *lines, ""))
    return {
        place: block
        for place, block in parts.items()
        if "\n".join(("", *block, "")) not in text and not ("among the types" in place and _has(lines, block))
    }


def of_list(parts: Mapping[str, Lines]) -> frozenset[str]:
    """The places of the parts that say which programs may use the iterator."""
    return frozenset(place for place in parts if "kfunc" in place)


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


def _type(lines: Lines, block: Lines) -> Lines:
    """The fields into the type where there is one of that name, else the type behind the last of its kind."""
    kind = block[0].partition("(")[0]
    of = block[0].removeprefix(kind).removesuffix(" {")
    for field in block[1:-1]:
        row = next(
            (r for r, line in enumerate(lines) if line == field and f"{of} {{" in _head(lines, r)), None
        )
        if row is not None and not _head(lines, row).startswith(f"{kind}("):
            raise MisfitError(f"it has this field of {of.strip('()')} in another list", row + 1)
    if block[0] in lines:
        end = lines.index("};", lines.index(block[0]))
        return [
            *lines[:end],
            *(line for line in block[1:-1] if line not in _fields(lines, block)),
            *lines[end:],
        ]
    rows = [row for row, line in enumerate(lines) if line.startswith(f"{kind}(") and line.endswith(" {")]
    if not rows:
        raise MisfitError(f"there is no {kind} beside which one could stand")
    end = lines.index("};", rows[-1]) + 1
    return [*lines[:end], "", *block, *lines[end:]]


def _head(lines: Lines, row: int) -> str:
    """The line that begins the definition that a row is in."""
    return next((line for line in reversed(lines[:row]) if line and line[0].isalpha()), "")


def _fields(lines: Lines, block: Lines) -> Lines:
    """What the type of that name has, nothing where there is none."""
    if block[0] not in lines:
        return []
    start = lines.index(block[0])
    return lines[start + 1 : lines.index("};", start)]


def _has(lines: Lines, block: Lines) -> bool:
    """Whether the type has all of the fields."""
    return set(block[1:-1]) <= {*_fields(lines, block)}


def _emit(lines: Lines, block: Lines) -> Lines:
    """Behind the others of its kind, without which no type would be in the kernel's BTF."""
    kind = block[0].strip().removeprefix("BTF_TYPE_EMIT(").partition("(")[0]
    rows = [row for row, line in enumerate(lines) if line.startswith(f"\tBTF_TYPE_EMIT({kind}(")]
    if not rows:
        raise MisfitError(f"there is no BTF_TYPE_EMIT({kind}()) beside which one could stand")
    return [*lines[: rows[-1] + 1], *block, *lines[rows[-1] + 1 :]]


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
    "among the types": _type,
    "in the function type_is": _emit,
    "the enum special_kfunc_type": _enum,
    "the list special_kfunc_list": _list,
    "before the function check_kfunc_args()": _before,
    "in check_kfunc_args(), before process_iter_arg()": _call,
}
