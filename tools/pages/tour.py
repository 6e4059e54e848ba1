# SPDX-License-Identifier: GPL-2.0-only
"""docs/tour.md: the way of the data through the folders, and what each may import."""

from __future__ import annotations

from tools.order import ORDER, ROOT, Part
from tools.pages.sources import cell

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from tools/order.py. -->
# The tour

The way of the data through the folders below `gen/kiter/`, from `specs/css.yaml` to a kernel:

1. `spec/load.py` reads YAML into a document that knows where each value stands; `check.py` has its schema.
2. `spec/resolve.py` makes it the model of an iterator for one kernel of `target/`, no release left in it.
3. `analysis/` finds what follows: the fields of the state, what tells a live iterator, look-ahead.
4. `lint/` says what is wrong, at its line. `frontend.py` goes so far for all files, and collects all errors.
5. `lower/` makes views for `templates/`: which template, with which names, expressions and types.
6. `render.py` fills the templates in; `layout/` breaks, aligns and indents their C.
7. `generate.py` gives the outputs: files, and what joins files of the kernel. So far nothing was written.
8. `sinks/` writes and checks them; `tree/` knows their place in a kernel tree, `kernel/` compiles them.
9. `series/` makes patches of them, `vm/` runs them, `sync/` compares them with a kernel, `site/` shows them.
10. `cli/` has a module for each subcommand: it reads options, calls one of these and reports.

## What imports what

From the bottom to the top: each may import what its row names, all of it in rows above. A test holds the
code to it.

| part | what it is for | may import |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_row(part) for part in ORDER)


def _row(part: Part) -> str:
    where = f"{part.name}/" if (ROOT / part.name).is_dir() else f"{part.name}.py"
    return f"| [`{where}`](../gen/kiter/{where}) | {cell(part.does)} | {', '.join(part.may)} |\n"
