# SPDX-License-Identifier: GPL-2.0-only
"""Comments of C, and the kernel-doc in them."""

from __future__ import annotations

import re
from functools import cached_property

from kiter.regex import regex
from kiter.value_class import value_class

# a string may hold what begins a comment
_COMMENT = regex(
    r"""[/"'](?:(?<=/)(?:\*.*?(?:\*/|\Z)|/[^\n]*)"""
    r"""|(?<=")(?:\\.|[^"\\\n])*+"|(?<=')(?:\\.|[^'\\\n])*+')""",
    re.DOTALL,
)
_LINE = regex(r"[^\n]+")
_PARAMETER = regex(r"^ \* @(\w+): *(.*(?:\n \* {2,}\S.*|\n \*\t+\S.*)*)", re.MULTILINE)
_TITLE = regex(r"^ \* \w+\(\) - (.+)$", re.MULTILINE)
_NEXT_LINE = regex(r"\s*\n \*\s*")


def blanked(text: str) -> str:
    """The text with blanks in the place of comments, so that everything else stays where it is."""
    return _COMMENT.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    if not found[0].startswith("/"):
        return found[0]
    return _LINE.sub(lambda line: " " * len(line[0]), found[0])


@value_class(eq=False)
class KernelDoc:
    """A comment that begins with /** on a line of its own; `row` is that line's, from 0."""

    text: str
    row: int

    @property
    def summary(self) -> str:
        """What stands behind the function's name in the first line, "" for nothing."""
        found = _TITLE.search(self.text)
        return found[1].strip() if found else ""

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters that it describes with what it says of them, each on one line."""
        return {name: _NEXT_LINE.sub(" ", said).strip() for name, said in _PARAMETER.findall(self.text)}
