# SPDX-License-Identifier: GPL-2.0-only
"""The codes of what can keep a patch series from being made: M01 and on."""

from __future__ import annotations

from kiter.codes import Code
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position

_ALL = (
    Code(
        "M01",
        "no-git-tree",
        "no git tree to make commits in",
        "A series is commits on a base that its readers have; only a clone of the kernel has such a base.",
        "name the top folder of a clone that has its files checked out",
    ),
    Code(
        "M02",
        "shallow-clone",
        "the clone is shallow",
        "Its base commit has no history, so nobody could tell what the series applies to.",
        "git fetch --unshallow",
    ),
    Code(
        "M03",
        "detached-head",
        "no branch is checked out",
        "The series goes on top of HEAD; where that is detached, it is not certain that this is meant.",
        "git switch to the branch that the series is for",
    ),
    Code(
        "M04",
        "unknown-author",
        "git does not know who you are",
        "Signed-off-by is a legal statement; a name that git makes up from the machine cannot make it.",
        "git config --global user.name 'Your Name', and user.email likewise",
    ),
    Code(
        "M05",
        "foreign-branch",
        "the branch was not written by kiter",
        "A branch is rewritten only if it is as kiter left it and not checked out: work might be lost.",
        "rename or delete it, give a higher version with -v, or name another with --branch",
    ),
    Code(
        "M06",
        "nothing-to-send",
        "there is nothing to send",
        "All that would be put in is in the tree already, so that no patch would be left.",
        "take a base without it, with 'git switch'",
    ),
    Code(
        "M07",
        "unknown-previous-version",
        "the previous version is not known",
        "The changelog and the range-diff are drawn from it; kiter keeps each version below refs/kiter/.",
        "make that version with 'kiter series' in this clone first, or give -v 1",
    ),
    Code(
        "M08",
        "foreign-patches",
        "the folder has patches that kiter did not write",
        "Mails of two series in one folder would be sent together.",
        "move them away, or name another folder with -o",
    ),
    Code(
        "M09",
        "git-error",
        "git refuses",
        "A command of git failed where it should not have; the tree and its branches are as they were.",
    ),
    Code(
        "M10",
        "base-not-an-ancestor",
        "the base is not an ancestor of HEAD",
        "What lies between the base and HEAD becomes the first part of the series, so HEAD must stand on it.",
        "name an ancestor of HEAD, such as the upstream branch",
    ),
    Code(
        "M11",
        "series-does-not-apply",
        "a patch does not apply",
        "git am, given the base and the mails before it, must make the very same commit.",
    ),
    Code(
        "M12",
        "whitespace-error",
        "whitespace that git complains about",
        "git diff --check is the first thing that a maintainer's hooks run.",
        "fix the text in the spec",
    ),
    Code(
        "M13",
        "get-maintainer-does-not-work",
        "get_maintainer.pl does not work",
        "To and Cc come from the tree's own script and its MAINTAINERS file.",
        "give --no-cc to go without, and address the mails yourself",
    ),
)

CODES = {code.code: code for code in _ALL}


def diagnostic(code: str, file: str, message: str = "", line: int = 0, source: str = "") -> Diagnostic:
    """A finding with the code's own reason and hint."""
    entry = CODES[code]
    at = Position(file, line)
    return Diagnostic(at, code, message or entry.title, entry.reason, entry.hint, source)


def refused(code: str, file: str, message: str = "", status: int = ENVIRONMENT) -> KiterError:
    """The error for one finding."""
    return KiterError(diagnostic(code, file, message), status=status)
