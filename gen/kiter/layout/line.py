# SPDX-License-Identifier: GPL-2.0-only
"""What a line of C is for the layout pass, whatever stands round it."""

from __future__ import annotations

from functools import lru_cache

from kiter.regex import regex
from kiter.value_class import value_class

# strings and comments may hold what looks like a bracket
TEXT = regex(r"""\s*/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s*//.*""")
CASE, LABEL = regex(r"(?:case\b[^?:]*|default):"), regex(r"[A-Za-z_]\w*:")
HEADER = regex(r"(?:\)|\belse|\bdo)$")
DATA = regex(r"[^(]* = ")
IF = regex(r"(?:\} )?(?:else )?if\b")

# how a line begins
CLOSES, CASES, NAMES, ELSE = "}", "case", "label", "else"
BEGINNINGS = (
    (regex(r"\}"), CLOSES),
    (regex(r"case |default:"), CASES),
    (regex(r"\w+:$"), NAMES),
    (regex(r"else\b"), ELSE),
)
# how it ends
OPENS, LABELS, HEADS, ENDS = "{", ":", ")", ";"
OPERATORS = ("=", "|", "&", "+", "?")


@value_class
class Line:
    """A line, without white space and comments at its ends.

    begins: CLOSES with the brace that ends a block, CASES, NAMES any other label, ELSE, or ""
    ends: OPENS with the brace that begins a block, LABELS, HEADS a statement that comes next, ENDS one, or ""
    opened: how many brackets it leaves open; a brace at one of its ends is that of a block
    simple: whether it is a statement and nothing else
    goes_on: whether what is no statement cannot end with it
    tests: whether it is the header of an `if`
    data: whether it gives a value to what it declares
    headed: whether the brace that it opens is behind the header of a statement
    alone: whether it is nothing but that brace
    """

    begins: str
    ends: str
    opened: int
    simple: bool
    goes_on: bool
    tests: bool
    data: bool
    headed: bool
    alone: bool


@lru_cache(maxsize=8192)  # programs are much alike: nine of ten lines have come before
def read(bare: str) -> Line:
    """What a line is that has no white space at its ends."""
    code = TEXT.sub("", bare) if '"' in bare or "'" in bare or "/" in bare else bare
    begins, ends, opened = _begins(code), _ends(code), _opened(code)
    return Line(
        begins=begins,
        ends=ends,
        opened=opened,
        simple=not begins and ends == ENDS and opened <= 0,
        goes_on=code.endswith(OPERATORS),
        tests=IF.match(code) is not None,
        data=DATA.match(code) is not None,
        headed=ends == OPENS and HEADER.search(code[:-1].rstrip()) is not None,
        alone=code == "{",
    )


def _begins(code: str) -> str:
    return next((kind for pattern, kind in BEGINNINGS if pattern.match(code)), "")


def _ends(code: str) -> str:
    match code[-1:]:
        case "{":
            return OPENS
        case ";" | "}":
            return ENDS
        case ":" if CASE.fullmatch(code) or LABEL.fullmatch(code):
            return LABELS
    return HEADS if HEADER.search(code) else ""


def _opened(code: str) -> int:
    opened = code.count("(") + code.count("[") + code.count("{") - (code[-1:] == "{")
    return opened - code.count(")") - code.count("]") - code.count("}") + (code[:1] == "}")
