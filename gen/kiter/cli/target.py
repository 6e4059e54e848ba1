# SPDX-License-Identifier: GPL-2.0-only
"""`kiter target`: what differs in the kernel of a tree, read in its sources, each fact with its place."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from kiter.cli.command import show
from kiter.cli.report import printable
from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.kernel.named import source_tree
from kiter.target.profile import Profile
from kiter.tree import worktree
from kiter.tree.derive import Fact, toml
from kiter.tree.worktree import WorkTree

NAME = "target"
HELP = (
    "derive from kernel sources what differs by kernel: flags, sets, program types, the verifier's messages"
)
EXAMPLE = """
kiter target --tree ~/bpf-next
kiter target --tree ~/bpf-next -o gen/kiter/target/7.4.toml
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter target`."""
    parser.add_argument("--tree", required=True, metavar="DIR", help="kernel sources")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="write the whole profile, as a new file"
    )


def execute(options: argparse.Namespace) -> int:
    """Show or write it; raises KiterError for what is no tree, and for a file that exists already."""
    tree = worktree.open_tree(source_tree(options.tree))
    show(tree.warnings, options)
    if options.out:
        _write(options.out, "".join(f"{line}\n" for line in _profile(tree)))
    if options.format == "json":
        sys.stdout.write(json.dumps(_facts(tree), indent=2) + "\n")
    elif options.format == "text":
        lines = _text(tree, options)
        sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        code = CODES["O03"]
        found = Diagnostic(Position(str(path)), "O03", code.title, code.reason, "name another file with -o")
        raise KiterError(found, status=ENVIRONMENT) from None


def _text(tree: WorkTree, options: argparse.Namespace) -> Iterator[str]:
    found = tree.derived
    read = [fact for fact in found.facts if fact.place]
    yield (
        f"Linux {found.profile.release} in {tree.path}: {len(read)} facts read, "
        f"{len(found.differing)} not as in Linux {found.base.release}, {len(found.profile.unread)} not found"
    )
    yield from toml(read if options.verbose else found.differing)
    yield from (f"not found: {key}, as in Linux {found.base.release}" for key in found.profile.unread)
    if found.profile.unread:
        yield f"answers to these go into {tree.answers}"
    if options.out:
        yield f"wrote {options.out}"


def _profile(tree: WorkTree) -> Iterator[str]:
    """The whole profile as a file; tables stand behind plain keys."""
    found = tree.derived
    places = {fact.key: fact.place for fact in found.facts if fact.place}
    told = {
        key: getattr(found.profile, key) for key in (one.name for one in fields(Profile)) if key not in _OWN
    }
    facts = [
        Fact(key, value, places.get(key, f"as in Linux {found.base.release}")) for key, value in told.items()
    ]
    yield "# SPDX-License-Identifier: GPL-2.0-only"
    yield f"# What is particular to Linux {found.profile.release}, read in its sources."
    yield f'release = "{found.profile.release}"'
    yield "verified = false"
    yield from toml(sorted(facts, key=lambda fact: isinstance(fact.value, dict)))


_OWN = frozenset({"release", "verified", "unread"})


def _facts(tree: WorkTree) -> dict[str, object]:
    found = tree.derived
    return {
        "tree": str(tree.path),
        "release": found.profile.release,
        "nearest": found.base.release,
        "verified": found.profile.verified,
        "facts": {f.key: {"value": f.value, "place": f.place} for f in found.facts if f.place},
        "differs": [fact.key for fact in found.differing],
        "not_found": list(found.profile.unread),
        "answers": str(tree.answers),
    }
