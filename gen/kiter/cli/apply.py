# SPDX-License-Identifier: GPL-2.0-only
"""`kiter apply`: what is generated, into a kernel tree and out of it again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace

from kiter import frontend
from kiter.cli.command import show
from kiter.errors import FINDINGS
from kiter.generate import generate
from kiter.kernel.named import source_tree
from kiter.sinks import apply as sink
from kiter.sinks.write import alone
from kiter.spec.release import spelled
from kiter.target.profile import profile
from kiter.tree import apply, worktree
from kiter.tree.apply import Plan
from kiter.tree.record import Applied
from kiter.tree.worktree import WorkTree

NAME = "apply"
HELP = "put what is generated into a kernel tree: new files, and edits of existing ones at their place"
EXAMPLE = """
kiter apply --tree ~/linux specs/mine.yaml
kiter apply --tree ~/linux --diff specs/mine.yaml
kiter apply --tree ~/linux --revert specs/mine.yaml
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter apply`."""
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="a spec or a folder (default: specs/)")
    parser.add_argument("--tree", required=True, metavar="DIR", help="the top of kernel sources")
    parser.add_argument("--target", default="", help="generate for this kernel (default: that of the tree)")
    parser.add_argument(
        "--diff", action="store_true", help="show what would change as a patch, touch nothing"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace the hand-written iterator that the tree has",
    )
    parser.add_argument(
        "--revert", action="store_true", help="take it out again (default: all that was put into the tree)"
    )


def execute(options: argparse.Namespace) -> int:
    """Plan, then show or write; 1 when a region that somebody edited was left as it is."""
    tree = worktree.open_tree(source_tree(options.tree))
    with alone(tree.path / "Makefile"):
        planned = _reverted(tree, options) if options.revert else _applied(tree, options)
        if not options.diff:
            sink.write(planned)
    if planned.kept:
        show((replace(found, severity="warning") for found in planned.kept), options)
    if options.diff:
        sys.stdout.write(sink.diff(planned))
    elif options.format == "json":
        sys.stdout.write(json.dumps(_facts(planned), indent=2) + "\n")
    elif options.format == "text":
        sys.stdout.write("".join(f"{line}\n" for line in _told(planned, options)))
    return FINDINGS if planned.kept else 0


def _applied(tree: WorkTree, options: argparse.Namespace) -> Plan:
    target = profile(options.target) if options.target else tree.profile
    read = frontend.of(options.specs, target)
    show((*read.warnings, *(() if options.target else tree.warnings)), options)
    made = (generate(it, target) for it in read.iterators)
    wanted = (Applied(one.iterator, options.replace, one.includes, one.outputs) for one in made)
    return apply.put_in(tree, wanted)


def _reverted(tree: WorkTree, options: argparse.Namespace) -> Plan:
    if not options.specs:
        return apply.take_out(tree, ())
    read = frontend.of(options.specs, tree.profile)
    return apply.take_out(tree, [it.name for it in read.iterators])


def _told(planned: Plan, options: argparse.Namespace) -> Iterator[str]:
    version = f"Linux {spelled(planned.tree.version)}"
    if not planned.texts:
        yield f"nothing to do: {planned.tree.path} ({version}) is as it should be"
    for path, text in sorted(planned.texts.items()):
        word = "removed" if text is None else "wrote" if planned.was[path] is None else "changed"
        yield f"{word:<8} {path}"
    yield from (f"note: {note}" for note in planned.notes)
    names = ", ".join(planned.record.applied) or "nothing"
    yield f"of kiter's in this tree now: {names}"
    if options.verbose:
        yield f"the record is in {planned.tree.record}"


def _facts(planned: Plan) -> dict[str, object]:
    return {
        "tree": str(planned.tree.path),
        "kernel": spelled(planned.tree.version),
        "changed": sorted(planned.texts),
        "applied": list(planned.record.applied),
        "kept": [f"{found.at.file}:{found.at.line}" for found in planned.kept],
        "notes": list(planned.notes),
    }
