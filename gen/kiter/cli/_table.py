# SPDX-License-Identifier: GPL-2.0-only
"""What became of each iterator on several kernels, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.cli import _verdicts
from kiter.cli._verdicts import Verdicts
from kiter.vm.demonstrations import Asked

_NOT_RUN, _UNCHANGED = "-", "unchanged"


def text(found: Sequence[Verdicts], verbose: int) -> str:
    """The table, and below it what there is to say of each kernel."""
    shown = "".join(f"{line}\n" for line in _rows(found))
    return shown + "".join("\n" + _below(one, verbose) for one in found)


def _below(verdicts: Verdicts, verbose: int) -> str:
    """All of a run in which something failed, or was shown; else what it comes to."""
    if verbose or verdicts.result.outcome.status or verdicts.asked != Asked():
        return _verdicts.write(verdicts, "text", verbose)
    return f"kernel {verdicts.report.release}: {_verdicts.total(verdicts)}\n"


def _rows(found: Sequence[Verdicts]) -> Iterator[str]:
    """A row for each iterator, a column for each kernel: how many of its checks passed there, of how many."""
    heads = ["", *(one.report.release or "unknown" for one in found)]
    rows = [heads, *([name, *(_cell(one, name) for one in found)] for name in _names(found))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        placed = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *placed)).rstrip()


def _names(found: Sequence[Verdicts]) -> Sequence[str]:
    """The iterators of all columns, in the order in which they were asked for."""
    return tuple(dict.fromkeys(p.it.name for one in found for p in (*one.made, *one.unchanged)))


def _cell(verdicts: Verdicts, name: str) -> str:
    if any(prototype.it.name == name for prototype in verdicts.unchanged):
        return _UNCHANGED
    own = next((prototype for prototype in verdicts.made if prototype.it.name == name), None)
    if own is None:
        return _NOT_RUN
    checks = verdicts.of(own)
    word = "" if verdicts.passed(own) else " FAIL"
    return f"{sum(check.passed for check in checks)}/{len(checks)}{word}"
