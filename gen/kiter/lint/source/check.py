# SPDX-License-Identifier: GPL-2.0-only
"""All rules for C over some files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiter.errors import Diagnostic, environment
from kiter.lint.source import chosen, companions, contract, layout, porting, registration, seq, style
from kiter.lint.source.model import Files, Trio, read, trios
from kiter.lint.source.table import FILES, TRIO
from kiter.target.profile import Profile

FAMILIES = (contract, chosen, companions, layout, registration, porting, style, seq)


def check(paths: Sequence[str], profile: Profile) -> tuple[list[str], list[Diagnostic]]:
    """The iterators that the files have, and everything that is wrong with them, sorted by place.

    Where they have none it is their seq_file operations of SEC("iter/...").

    BTF ids count for every iterator of the run, whichever of the files has them. Raises KiterError
    for a file that cannot be read.
    """
    try:
        files = read(paths, profile)
    except OSError as error:
        raise environment("S01", f"cannot be read: {error.strerror}", file=str(error.filename)) from None
    return judged(files, trios(files))


def judged(files: Files, found: Iterable[Trio]) -> tuple[list[str], list[Diagnostic]]:
    """Some iterators of the files, and everything that is wrong with them and the files."""
    found = list(found)
    hits = [(rule.finding, hit) for trio in found for rule in TRIO.rules.values() for hit in rule.check(trio)]
    hits += [(rule.finding, hit) for rule in FILES.rules.values() for hit in rule.check(files)]
    lines = {source.path: source.lines for source in files.sources}
    lines |= {source.path: source.lines for trio in found for source in trio.sources}
    diagnostics = {finding(hit, lines[hit.at.file][hit.at.line - 1]) for finding, hit in hits}
    return [trio.name for trio in found] or seq.names(files), sorted(diagnostics)
