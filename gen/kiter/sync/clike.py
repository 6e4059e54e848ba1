# SPDX-License-Identifier: GPL-2.0-only
"""What C says of kfuncs, by pattern: definitions, ids, structs, enums, labels, declarations, comments.

Each is found with the offset at which it stands. It takes text without comments, as masked() gives it.
Files may be anything: no pattern looks further from a place than code in the kernel's style can go on,
so that the time grows with the length of a text and not with its square.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from kiter.btf.types import Function, Member, Parameter, Struct

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
# a line that goes on begins with white space, the next thing does not
_BODY = r"((?:(?:[ \t#][^\n]*)?\n)*)"
_KFUNC = re.compile(
    r"^__bpf_kfunc\s{1,9}([^;{}()]{0,200}?)\b(\w{1,99})\(((?:[^;{}\n]|\n(?=[ \t])){0,2000}?)\)\s{0,99}\{",
    re.MULTILINE,
)
_DECLARED = re.compile(
    r"^(?:extern[ \t]{1,9})?(\w[\w \t]{0,99}?[\s*]{1,20})(bpf_iter_\w{1,99})"
    r"\(((?:[^(){};&\n]|\n(?=[ \t])){0,2000})\)[\s\w]{0,99};",
    re.MULTILINE,
)
_FLAGS = re.compile(r"^BTF_ID_FLAGS\(func,\s*(\w+)\s*(?:,\s*([^()]*))?\)", re.MULTILINE)
_STRUCT = re.compile(rf"^struct (bpf_iter_\w+) \{{\n{_BODY}\}}([^;{{}}\n]*);", re.MULTILINE)
_MEMBER = re.compile(r"\s*([^\[]+?)(\w+)(\[(\d{1,6})\])?")
_ENUM = re.compile(rf"^enum(?: \w+)? \{{\n{_BODY}\}};", re.MULTILINE)
_CASE = re.compile(r"\bcase ([A-Z0-9][A-Z0-9_| ]*):")
_LONGEST = 300  # a member, in characters
_FARTHEST = 10_000  # the longest comment
_LARGEST = 50_000  # the longest function
_WIDEST = 1 << 64
_NAME = re.compile(r"(?!unsigned$)\b\w+$")
_UNSIGNED = re.compile(r"\bunsigned\b(?! (?:char|short|int|long)\b)")
_DOC_PARAMETER = re.compile(r"^ \* @(\w+):", re.MULTILINE)

_SIZES = {
    1: ("bool", "char", "u8", "s8", "__u8", "__s8"),
    2: ("u16", "s16", "__u16", "__s16"),
    4: ("int", "unsigned int", "u32", "s32", "__u32", "__s32", "pid_t"),
    8: ("long", "unsigned long", "size_t", "u64", "s64", "__u64", "__s64"),
}
SIZE_OF = {name: size for size, names in _SIZES.items() for name in names}


def masked(text: str) -> str:
    """The text with blanks in the place of comments, so that each line stays where it is."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def kfuncs(code: str) -> Iterator[tuple[Function, int]]:
    """The kfuncs that are defined."""
    for found in _KFUNC.finditer(code):
        yield _function(found), found.start()


def declared(code: str) -> Iterator[tuple[Function, int]]:
    """The iterators' functions that are declared."""
    for found in _DECLARED.finditer(code):
        yield _function(found), found.start(2)


def _function(found: re.Match[str]) -> Function:
    given = [" ".join(p.split()) for p in found[3].split(",")]
    returns = _ctype(" ".join(found[1].split()))
    return Function(found[2], returns, tuple(_parameter(p) for p in given if p not in ("void", "")))


def _parameter(text: str) -> Parameter:
    """With no name where it is a pointer to a function: no iterator takes one."""
    name = _NAME.search(text)
    ctype = re.sub(r"(?<=\w)(\*+)$", r" \1", text[: name.start()].strip() if name else text)
    return Parameter(name.group() if name else "", _ctype(ctype))


def _ctype(text: str) -> str:
    """As BTF and the kernel's style spell it: `unsigned` alone is `unsigned int`."""
    return _UNSIGNED.sub("unsigned int", text)


def ids(code: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Every BTF_ID_FLAGS line: the function and its flags."""
    for found in _FLAGS.finditer(code):
        yield found[1], frozenset(filter(None, re.split(r"[\s|]+", found[2] or ""))), found.start()


def structs(code: str) -> Iterator[tuple[Struct, int]]:
    """The structs of iterators."""
    for found in _STRUCT.finditer(code):
        yield _struct(found[1], found[2], found[3]), found.start()


def _struct(name: str, body: str, attributes: str) -> Struct:
    members: list[Member] = []
    size = alignment = 0
    for base, member, brackets, count in _members(body):
        each = 8 if base.endswith("*") else SIZE_OF.get(base.strip(), 0)
        alignment = max(alignment, each)
        size = -(-size // max(each, 1)) * each
        members.append(Member(member, base.strip() + brackets, 8 * size))
        size += each * int(count or 1)
    wanted = max(alignment, 8 if "aligned(8)" in attributes.replace(" ", "") else 1)
    return Struct(name, -(-size // wanted) * wanted, alignment, tuple(members))


def _members(body: str) -> Iterator[tuple[str, str, str, str]]:
    for text in body.split(";"):
        found = _MEMBER.fullmatch(text) if len(text) <= _LONGEST else None
        if found:
            yield found[1], found[2], found[3] or "", found[4] or ""


def enums(code: str) -> Iterator[tuple[dict[str, int], int]]:
    """Every enum: names with their values, as far as they are plain numbers."""
    for found in _ENUM.finditer(code):
        values: dict[str, int] = {}
        with contextlib.suppress(ValueError):
            for name, value in _values(found[1]):
                values[name] = value
        yield values, found.start()


def _values(body: str) -> Iterator[tuple[str, int]]:
    """One without a value is its predecessor's and one."""
    following = 0
    for part in body.split(","):
        name, _, given = (word.strip() for word in part.partition("="))
        if name:
            value = _number(given) if given else following
            yield name, value
            following = value + 1


def _number(text: str) -> int:
    """A number, or one shifted: `7`, `0x10`, `1U << 16`."""
    number, _, shift = (re.sub(r"[UuLl]+$", "", word.strip()) for word in text.partition("<<"))
    value, by = int(number, 0), int(shift or "0", 0)
    if not 0 <= by < 64 or abs(value) >= _WIDEST:
        raise ValueError(text)
    return value << by


def labels(code: str) -> tuple[str, ...]:
    """The labels of switches, each once, the words of one in their alphabet."""
    found = (" | ".join(sorted(re.split(r"[\s|]+", label.strip()))) for label in _CASE.findall(code))
    return tuple(sorted(dict.fromkeys(found)))


def body(code: str, start: int) -> str:
    """The text of the function whose definition begins at that offset."""
    farthest = start + _LARGEST
    end = code.find("\n}", start, farthest)
    return code[start : end if end >= 0 else farthest]


def documented(text: str, start: int) -> tuple[str, ...] | None:
    """The parameters that the kernel-doc before that offset describes; None where there is none."""
    comment = kernel_doc(text, start)
    return tuple(_DOC_PARAMETER.findall(comment)) if comment else None


def kernel_doc(text: str, start: int) -> str:
    """The kernel-doc comment that ends before that offset, "" where there is none."""
    before = text[max(0, start - _FARTHEST) : start].rstrip()
    opening = before.rfind("/*")
    whole = opening >= 0 and before.endswith("*/") and before.startswith("/**\n", opening)
    return before[opening:] if whole else ""


def line(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1
