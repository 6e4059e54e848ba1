# SPDX-License-Identifier: GPL-2.0-only
"""The codes of what can keep outputs out of a kernel tree: A01 and on."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.codes import Code
from kiter.errors import FINDINGS, Diagnostic, KiterError, Position

_ALL = (
    Code(
        "A01",
        "no-kernel-tree",
        "no kernel tree",
        "A tree is known by the version in its Makefile and by the file that holds the common kfunc set.",
        "name the top folder of kernel sources that have kernel/bpf",
    ),
    Code(
        "A02",
        "dirty-tree",
        "the tree is dirty",
        "Changes that are not committed could not be told from generated ones, nor be kept apart in a patch.",
        "commit or stash them",
    ),
    Code(
        "A03",
        "unknown-insertion-point",
        "a place that is not understood",
        "An edit is made only where its place is certain; nothing in the tree was changed.",
        "make room manually as the message says, or name another tree",
    ),
    Code(
        "A04",
        "existing-iterator",
        "the tree already has a hand-written version of this iterator",
        "A second definition would not link, and which of the two is wanted is not kiter's to decide.",
        "give --replace to put the generated one in the place of the hand-written one",
    ),
    Code(
        "A05",
        "edited-region",
        "a generated region was edited manually",
        "What kiter wrote there is no longer there; rewriting it, or taking it out, would lose the edit.",
        "bring the edit into the spec, undo it in the tree, and run the command again",
    ),
    Code(
        "A06",
        "foreign-file-in-tree",
        "a file that is not kiter's is in the way",
        "Writing there would lose somebody's file.",
        "move it away, or rename the iterator; an iter_*.h, which selftests share, may be removed",
    ),
    Code(
        "A07",
        "nothing-to-remove",
        "nothing to remove",
        "The tree has no record of that iterator having been put in by 'kiter apply'.",
        "'git checkout' or 'git revert' takes out what came by another way",
    ),
    Code(
        "A08",
        "tree-io-error",
        "the tree cannot be read or written",
        "Nothing was changed: files are written beside their places first, and moved there together.",
        "fix the permissions, or free some space",
    ),
    Code(
        "A10",
        "underivable-kernel-facts",
        "facts of this kernel could not be derived from its sources",
        "What differs by kernel is read in the sources; what they say in no way that is known is taken to be "
        "as in the nearest release.",
        "'kiter target --tree' shows what was read where, and which file takes the answers",
    ),
    Code(
        "A11",
        "invalid-kernel-answers",
        "the answers about a kernel cannot be parsed",
        "They are lines of a profile: a key and a value in TOML, messages in a table [messages].",
        "'kiter target --tree' shows the keys",
    ),
)

CODES = {code.code: code for code in _ALL}


def finding(code: str, file: str, message: str = "", line: int = 0, source: str = "") -> Diagnostic:
    """A diagnostic with the code's own reason and hint."""
    entry = CODES[code]
    return Diagnostic(
        Position(file, line), code, message or entry.title, entry.reason, entry.hint, source=source
    )


def refusal(found: Iterable[Diagnostic], status: int = FINDINGS) -> KiterError:
    """The error for these findings."""
    return KiterError(*found, status=status)


class MisfitError(Exception):
    """A text has no certain place for an output; `line` counts from 1, 0 for none."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
