# SPDX-License-Identifier: GPL-2.0-only
"""Where the author's C comes out, so that what a compiler says of it can be shown in the spec."""

from __future__ import annotations

from kiter.analysis.stored import snippets
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import seq_form
from kiter.output import SnippetUse
from kiter.spec.snippet import substitute


def uses(ctx: LoweringContext) -> tuple[SnippetUse, ...]:
    """Every snippet of the target, as the functions that hold it spell it."""
    found: dict[SnippetUse, None] = {}
    for case in ctx.cases:
        if case.flag:
            found[SnippetUse(case.flag, case.name.at, case.name.source)] = None
    it = ctx.it
    for key in ("file", "folder"):
        if (given := it.place.node.get(key)) is not None and (chosen := given.chosen) is not None:
            found[SnippetUse(it.source_file, chosen.at, it.node.document.source(chosen.at.line))] = None
    parts = (it.refusals, it.helpers, it.taken, it.held, it.locks, it.fields, it.tests, it.companions)
    for snippet in snippets((parts, ctx.cases)):
        for names in (ctx.scope.in_next, ctx.scope.in_new, {}):
            emitted = substitute(snippet.text, names)
            found[SnippetUse(emitted, snippet.at, snippet.source, snippet.rows)] = None
    for _, snippet in it.seq.snippets if it.seq else ():
        for spelling in seq_form.spellings(ctx):
            emitted = substitute(snippet.text, spelling)
            found[SnippetUse(emitted, snippet.at, snippet.source, snippet.rows)] = None
    return tuple(found)
