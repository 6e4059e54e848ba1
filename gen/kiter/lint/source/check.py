# SPDX-License-Identifier: GPL-2.0-only
"""All rules for C over some files."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.errors import Diagnostic, environment
from kiter.lint.source import chosen, companions, contract, layout, style
from kiter.lint.source.model import trios
from kiter.lint.source.table import TRIO
from kiter.target.profile import Profile

FAMILIES = (contract, chosen, companions, layout, style)


def check(paths: Sequence[str], profile: Profile) -> tuple[list[str], list[Diagnostic]]:
    """The iterators that the files have, and everything that is wrong with them, sorted by place.

    BTF ids count for every iterator of the run, whichever of the files has them. Raises KiterError
    for a file that cannot be read.
    """
    try:
        found = list(trios(paths, profile))
    except OSError as error:
        raise environment("S01", f"cannot be read: {error.strerror}", file=str(error.filename)) from None
    hits = [(rule, hit) for trio in found for rule in TRIO.rules.values() for hit in rule.check(trio)]
    lines = {source.path: source.lines for trio in found for source in trio.sources}
    diagnostics = {rule.finding(hit, lines[hit.at.file][hit.at.line - 1]) for rule, hit in hits}
    return [trio.name for trio in found], sorted(diagnostics)
