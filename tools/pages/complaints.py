# SPDX-License-Identifier: GPL-2.0-only
"""docs/complaints.md: what reviewers said, and what says it first."""

from __future__ import annotations

from tools.complaints import COMPLAINTS
from tools.demands import DEMANDS

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from tools/complaints.py. -->
# What reviewers complain about

From the public review of the open-coded iterators that Linux has, and of their predecessors. G: the
generator makes it impossible. L: a [rule](rules.md) finds it. T: a generated test does. P: the making
of a series does. Rules that begin with I look at C, all others at specs.

| # | complaint | marks | found by | kept out by |
|---|---|---|---|---|
"""


KERNEL = """
## What the kernel demands

Where no rule is named, no spec can break it: the last column has the mechanism.

| demand | where (Linux 7.3) | found by | kept by |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = (
        f"| {c.number} | {c.what} | {' '.join(c.marks)} | {', '.join(c.by)} | {c.how.replace('|', '')} |"
        for c in COMPLAINTS
    )
    found = sum(bool(c.by) for c in COMPLAINTS if set(c.marks) & set("GLT"))
    marked = sum(bool(set(c.marks) & set("GLT")) for c in COMPLAINTS)
    return HEAD + "\n".join(rows) + f"\n\nOf the {marked} marked G, L or T, rules find {found}.\n" + _kernel()


def _kernel() -> str:
    rows = (f"| {d.what} | {d.kernel} | {', '.join(d.by)} | {d.how} |" for d in DEMANDS)
    return KERNEL + "\n".join(rows) + "\n"
