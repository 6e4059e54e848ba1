# SPDX-License-Identifier: GPL-2.0-only
"""docs/found.md: how much `kiter lint --kernel-source` finds in iterators that bugs were put into."""

from __future__ import annotations

from tools import corpus
from tools.pages.sources import cell

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from tests/lint/corpus/. -->
# What is found in C

`kiter lint --kernel-source FILE` goes along the paths of an iterator as the verifier goes along those of a
program: new(), next() as often as a program likes, also behind the end, and destroy(), whatever each of
them returned. It follows the functions and macros of the file and of the headers beside it. Its answers are
three: a rule is broken, and the path is shown; it is kept; or it is not known, as the body of a function is
not there, which is no error and shown with -v.

[tests/lint/corpus/](../tests/lint/corpus) has small iterators that are hand-written, each in another
style. Of none of them as they are an error is told. Into each some bugs were put, one at a time: found is
one of which the rule that it breaks tells an error or a warning. `python -m tools.corpus` says it of one of
them.
"""


def page() -> str:
    """What is found of each iterator, and all that is not."""
    rows, missed = [], []
    found = total = 0
    for path in corpus.files():
        judged = list(corpus.judged(path))
        lost = [bug for bug, codes in judged if bug.code not in codes]
        rows.append(f"| [{path.stem}](../tests/lint/corpus/{path.name}) | {len(judged)} | {len(lost)} |")
        missed += [f"- {path.stem}: {cell(str(bug))}" for bug in lost]
        total += len(judged)
        found += len(judged) - len(lost)
    table = "\n".join(["| iterator | bugs | not found |", "|---|---|---|", *rows])
    percent = f"{100 * found / total:.1f} %"
    said = f"Of {total} bugs in {len(rows)} iterators {found} are found, {percent}."
    rest = "\n".join(missed)
    return f"{HEAD}\n{said}\n\n{table}\n\n## What is not found\n\n{rest}\n"
