# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint --patch` and `--range`: the iterators that a series adds or touches, as they are after it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiter.cli.command import show
from kiter.codes import CODES
from kiter.errors import KiterError, environment
from kiter.patches import reply, trees
from kiter.patches.after import Reader, after
from kiter.patches.judge import in_patch, judge, row_of
from kiter.patches.mails import Mail
from kiter.target.profile import Profile
from kiter.tree.version import version_of
from kiter.tree.worktree import HOME, open_tree


def execute(profile: Profile, options: argparse.Namespace) -> int:
    """Judge a series; findings are raised as one KiterError, or written as replies.

    What differs by kernel is what the sources of its tree say, if they are whole enough to say it.
    """
    if options.tree and version_of(Path(options.tree)) and (Path(options.tree) / HOME).is_dir():
        profile = open_tree(Path(options.tree)).profile
    name, series, read = _given(options)
    files = {one.path: one for one in after(series, read, name)}
    names, found = judge(files, read, profile)
    if not files and options.patch:
        known = CODES["S42"]
        raise environment("S42", known.title, known.reason, known.hint, file=name)
    shown = [one for one in found if options.verbose or one.severity != "note"]
    if options.format == "mail":
        sys.stdout.write(reply.replies(series, [(one, row_of(files, one)) for one in shown]))
        return int(any(one.severity == "error" for one in shown))
    if options.patch:
        shown = [in_patch(one, files, name) for one in shown]
    if any(one.severity == "error" for one in shown):
        raise KiterError(*shown)
    show(shown, options)
    if options.format == "text":
        sys.stdout.write(f"no error in {', '.join(names)}\n" if names else "no iterator is touched\n")
    elif options.format == "json":
        sys.stdout.write(json.dumps({"fine": names, "warnings": len(shown)}, indent=2) + "\n")
    return 0


def _given(options: argparse.Namespace) -> tuple[str, list[Mail], Reader]:
    """What the series is called, its mails, and how the tree is read that it is for."""
    tree = options.tree or "."
    if not Path(tree).is_dir():
        raise environment("S01", "there is no such folder", hint="name the tree", file=tree)
    if options.range:
        series = trees.commits(tree, options.range)
        return options.range, series, trees.committed(tree, options.range.partition("..")[0])
    if options.staged:
        return "staged", trees.staged(tree), trees.committed(tree, "HEAD")
    name, series = trees.series(options.patch)
    changed = [change.old for mail in series for change in mail.changes]
    read = trees.kernel(options.kernel, changed) if options.kernel else trees.folder(tree)
    return name, series, read
