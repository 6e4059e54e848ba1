# SPDX-License-Identifier: GPL-2.0-only
"""Who gets the mails: what the tree's own get_maintainer.pl says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from kiter import tools
from kiter.regex import regex
from kiter.series.codes import refused
from kiter.value_class import value_class

SCRIPT = "scripts/get_maintainer.pl"
_ROW = regex(r"^(?P<who>.+?) \((?P<role>[a-z ]+)(?::.*)?\)$")
_EVERYONE = "linux-kernel@vger.kernel.org"
_WORDS = ("--no-git", "--no-git-fallback", "--rolestats", "--no-tree")


@value_class
class People:
    """Maintainers, and reviewers and lists."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


def perl() -> str:
    """perl; raises KiterError E19 if there is none."""
    return tools.require("perl").path


def asked(tree: Path, patch: str, own: str) -> People:
    """Who is to get the patch, but for its author `own`; raises KiterError M13 if the script fails."""
    rows = _rows(tree, patch)
    to = [who for who, role in rows if role in ("maintainer", "supporter")]
    cc = [who for who, _ in rows if who not in to]
    return People(_others(to, own), _others(cc, own))


def is_covered(tree: Path, path: str) -> bool:
    """Whether MAINTAINERS has an entry for a file to come, beside that for all of the kernel."""
    head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
    return any(who != _EVERYONE for who, _ in _rows(tree, f"{head}@@ -0,0 +1 @@\n+\n"))


def _others(addresses: Iterable[str], own: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for who in addresses if own not in who))


def _rows(tree: Path, patch: str) -> list[tuple[str, str]]:
    if not (tree / SCRIPT).is_file() or not (tree / "MAINTAINERS").is_file():
        raise refused("M13", str(tree / SCRIPT), "the tree has no get_maintainer.pl, or no MAINTAINERS")
    with tempfile.NamedTemporaryFile("w", prefix="kiter-", suffix=".patch", encoding="utf-8") as file:
        file.write(patch)
        file.flush()
        done = tools.run([perl(), SCRIPT, *_WORDS, file.name], tree)
    rows = [(m["who"], m["role"].strip()) for line in done.stdout.splitlines() if (m := _ROW.match(line))]
    if done.status or not rows:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it names nobody"]
        raise refused("M13", str(tree / SCRIPT), said[-1])
    return rows
