# SPDX-License-Identifier: GPL-2.0-only
"""docs/differences.md: what differs from a kernel's iterators on purpose, from the list with the reasons."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.sync import known
from tools.pages.sources import cell, specs

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from gen/kiter/sync/known.toml. -->
# What differs from the kernel's own

To BPF programs the iterators that Linux has and those that kiter generates from specs/ are the
same: names, prototypes, argument suffixes, struct, flags of kfuncs, enumerators. `kiter sync`
compares them with a kernel's BTF, `kiter conform` tries what they do. Here is every difference
that is meant; the tests fail for one that is not here, and for one here that is no more.
"""


def page() -> str:
    """What differs from the kernel's own iterators on purpose, for those that there is a spec of."""
    named = {str(document.data["iterator"]) for document in specs()}
    blocks = [HEAD]
    blocks += [f"## {name}\n\n{_differences(name)}" for name in sorted(named) if _differences(name)]
    return "\n".join(blocks)


def _differences(name: str) -> str:
    seen = [
        (k.targets, f"`{k.aspect.spelled}`", _code(k.ours), _code(k.theirs), k.reason)
        for k in known.interfaces()
        if k.iterator == name
    ]
    lived = [
        (b.targets, b.rule, b.ours, b.theirs, b.reason) for b in known.behaviours() if b.iterator == name
    ]
    tables = (("what BTF shows", seen), ("what happens", lived))
    return "\n".join(_table(title, rows) for title, rows in tables if rows)


def _code(text: str) -> str:
    return f"`{text}`" if text else "none"


def _table(title: str, rows: Sequence[tuple[Sequence[str], str, str, str, str]]) -> str:
    lines = [f"| {title} | Linux | kiter | the kernel | why |", "|---|---|---|---|---|"]
    for targets, aspect, ours, theirs, reason in rows:
        cells = (aspect, ", ".join(targets), ours, theirs, reason)
        lines.append(f"| {' | '.join(cell(text) for text in cells)} |")
    return "\n".join(lines) + "\n"
