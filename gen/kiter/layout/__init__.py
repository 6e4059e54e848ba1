# SPDX-License-Identifier: GPL-2.0-only
"""The one layout pass over rendered C: indentation, width, alignment, order of declarations, blank lines.

A template writes each statement on one line of any length, at any margin. A statement that fits is
left as it is, and so is one that is on several lines already: laying out what is laid out changes
nothing. Lines that an author of a spec wrote (`authored`) keep their own layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator

from kiter.layout.authored import statements
from kiter.layout.columns import TAB, aligned, width
from kiter.layout.declarations import DECLARATION, ordered
from kiter.layout.nesting import Nesting
from kiter.layout.statement import Widths as Widths
from kiter.layout.statement import broken

AUTHORED = "\0"
# strings and comments may hold what looks like a bracket
TEXT = re.compile(r"""\s*/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s*//.*""")
TABS = tuple("\t" * n for n in range(32))


def authored(text: str) -> str:
    """Statements of a spec's author as lines that the pass only moves to where they belong."""
    return "\n".join(AUTHORED + line for line in statements(text))


def layout(text: str, widths: Widths = Widths()) -> str:  # noqa: B008 - frozen
    """The text of a C file in its final lines."""
    return "\n".join(_spaced(_lines(iter(text.split("\n")), widths)))


def _spaced(lines: Iterator[str]) -> Iterator[str]:
    """The lines with one empty line at most between two, and none inside of a brace."""
    before, blank = "{", False
    for line in lines:
        if not line:
            blank = True
            continue
        if blank and not before.endswith("{") and not line.lstrip("\t").startswith("}"):
            yield ""
        blank = False
        yield line.replace(AUTHORED, "").rstrip()
        before = line
    if blank:
        yield ""


def _lines(rest: Iterator[str], widths: Widths) -> Iterator[str]:
    """The lines as they are to be, blank ones as they are."""
    nesting = Nesting()
    for line in rest:
        if nesting.fresh and line.strip():
            line = yield from _declarations(line, rest, nesting, widths)  # noqa: PLW2901 - the one behind
        yield from _line(line, rest, nesting, widths)


def _declarations(
    line: str, rest: Iterator[str], nesting: Nesting, widths: Widths
) -> Generator[str, None, str]:
    """The declarations that begin a block, from this line on; gives back the line behind them."""
    nesting.fresh = False
    declared: list[str] = []
    while DECLARATION.fullmatch(bare := line.strip()):
        declared.append(bare)
        line = next(rest, "")
    for one in ordered(declared):
        yield from _whole(one, nesting.tabs(line), widths)
    return line


def _line(line: str, rest: Iterator[str], nesting: Nesting, widths: Widths) -> Iterator[str]:
    """One line, with those behind it that belong to it."""
    bare = line.strip()
    if not bare:
        yield ""
    elif bare[0] == AUTHORED:
        yield _moved(bare, nesting.tabs(line))
    elif bare[0] == "#":
        yield from _until(lambda end: not end.endswith("\\"), line, rest)
    elif not bare.startswith("/*"):
        yield from _statement(line, rest, nesting, widths)
    elif "*/" not in bare:
        yield from _shifted(list(_until(lambda end: "*/" in end, line, rest)), nesting.tabs(line))
    else:
        yield from _whole(bare, nesting.tabs(line), widths)


def _moved(line: str, tabs: int) -> str:
    """An author's line behind so many tabs; the preprocessor's stay where they are."""
    text = line[1:]
    return AUTHORED + ("\t" * tabs if text and text[0] != "#" else "") + text


def _until(ends: Callable[[str], bool], line: str, rest: Iterator[str]) -> Iterator[str]:
    """The line and those behind it up to one that ends what it begins."""
    yield line
    while not ends(line) and (following := next(rest, None)) is not None:
        line = following
        yield line


def _statement(line: str, rest: Iterator[str], nesting: Nesting, widths: Widths) -> Iterator[str]:
    """The statement that begins on this line."""
    bare = line.strip()
    first = last = _code(bare)
    tabs = nesting.enter(first, line)
    lines, depth = [line], _opened(first)
    while (depth > 0 or not nesting.whole(last)) and (following := next(rest, None)) is not None:
        lines.append(following)
        last = _code(following.strip())
        depth += _opened(last)
    nesting.leave(first, last, tabs)
    yield from _whole(bare, tabs, widths) if len(lines) == 1 else _shifted(lines, tabs)


def _code(line: str) -> str:
    """The line without what may hold brackets that are none."""
    return TEXT.sub("", line) if '"' in line or "'" in line or "/" in line else line


def _opened(code: str) -> int:
    """How many brackets are open behind a line; a brace at one of its ends is that of a block."""
    opened = code.count("(") + code.count("[") + code.count("{") - (code[-1:] == "{")
    return opened - code.count(")") - code.count("]") - code.count("}") + (code[:1] == "}")


def _whole(bare: str, tabs: int, widths: Widths) -> Iterator[str]:
    """A statement or a comment on one line, or on more where it must be."""
    begin = TABS[tabs]
    if TAB * tabs + len(bare) <= widths.least and "\t" not in bare:
        yield begin + bare
    else:
        yield from (begin + part for part in broken(bare, tabs, widths))


def _shifted(lines: list[str], tabs: int) -> Iterator[str]:
    """Lines of one statement, all moved by as much as the first."""
    was = [width(line[: len(line) - len(line.lstrip())]) for line in lines]
    for line, column in zip(lines, was, strict=True):
        bare = line.strip()
        yield aligned(column - was[0] + TAB * tabs) + bare if bare else ""
