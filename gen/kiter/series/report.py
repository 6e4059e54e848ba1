# SPDX-License-Identifier: GPL-2.0-only
"""What came of the checks: patch by check, and each finding at the patch's line and the spec's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kiter.errors import Diagnostic, Position
from kiter.kernel import locate
from kiter.kernel.codes import CODES
from kiter.kernel.jobs import JobKind, Result
from kiter.kernel.messages import Finding
from kiter.series.codes import diagnostic
from kiter.series.make import Patch
from kiter.value_class import value_class

COLUMNS: Mapping[str, tuple[JobKind, ...]] = {
    "applies": (JobKind.AM,),
    "space": (JobKind.WHITESPACE,),
    "compiles": (JobKind.KERNEL,),
    "option off": (JobKind.GUARD_OFF,),
    "sparse": (JobKind.SPARSE,),
    "kernel-doc": (JobKind.KERNEL_DOC,),
    "selftests": (JobKind.PROGRAM, JobKind.PROG_TEST),
    "checkpatch": (JobKind.CHECKPATCH,),
}
GOOD, UNKNOWN, NONE = "ok", "?", "-"
_ITERATOR = "iterator"


@value_class
class Check:
    """One check of one patch: what it found, and why it could not judge, or ""."""

    patch: Patch
    kind: JobKind
    found: tuple[Diagnostic, ...]
    unfit: str = ""


@value_class
class Report:
    """`rows` are the patches, each with its cells by column; `skipped` says what was not judged, and why."""

    rows: Mapping[str, Mapping[str, str]]
    diagnostics: tuple[Diagnostic, ...]
    skipped: tuple[str, ...]
    kernel: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.diagnostics

    @property
    def columns(self) -> tuple[str, ...]:
        """The checks in their order."""
        return tuple(COLUMNS)


def rows(patches: Sequence[Patch], checks: Sequence[Check]) -> Mapping[str, Mapping[str, str]]:
    """The table: what of each kind of check came out for each patch."""
    return {patch.label: _cells([one for one in checks if one.patch is patch]) for patch in patches}


def _cells(checks: Sequence[Check]) -> Mapping[str, str]:
    return {name: _cell([c for c in checks if c.kind in kinds]) for name, kinds in COLUMNS.items()}


def _cell(checks: Sequence[Check]) -> str:
    if not checks:
        return NONE
    judged = [check for check in checks if not check.unfit]
    found = sum(len(check.found) for check in judged)
    if found:
        return f"{found} wrong"
    return GOOD if judged else UNKNOWN


def of_job(patch: Patch, result: Result) -> Check:
    """What a job found, as the user is told it."""
    found = tuple(_of_finding(patch, result, one) for one in result.findings)
    return Check(patch, result.job.kind, found, result.unfit)


def of_am(patch: Patch, said: str) -> Check:
    """What git am said, "" for nothing."""
    found = (_at_iterator(patch, diagnostic("M11", "", f"{patch.label}: {said}")),) if said else ()
    return Check(patch, JobKind.AM, found)


def of_whitespace(patch: Patch, said: Iterable[str]) -> Check:
    """What git diff --check said, a line each."""
    found = tuple(_at_iterator(patch, diagnostic("M12", "", f"{patch.label}: {line}")) for line in said)
    return Check(patch, JobKind.WHITESPACE, found)


def _at_iterator(patch: Patch, found: Diagnostic) -> Diagnostic:
    """At the spec's first key: what is wrong stems from no line in particular."""
    at, source = _begin(patch)
    return Diagnostic(at, found.code, found.message, found.reason, found.hint, source)


def _begin(patch: Patch) -> tuple[Position, str]:
    document = patch.it.node.document
    at = document.key_at((_ITERATOR,))
    return at, document.source(at.line)


def _of_finding(patch: Patch, result: Result, finding: Finding) -> Diagnostic:
    job = result.job
    entry = CODES[finding.code or job.code]
    lines = job.text.split("\n")
    line = lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
    snippets = patch.piece.rendered.material.snippets
    use = locate.snippet_at(job.text, finding.line, finding.column, snippets) if line else None
    at, source = (use.at, use.source) if use else _begin(patch)
    without = f"without {patch.piece.rendered.guard}: " if job.kind is JobKind.GUARD_OFF else ""
    message = f"{patch.label}: {_where(patch, job.path, finding.line, line)}: {without}{finding.text}"
    reason = f"reported in {finding.elsewhere.spelled}; {entry.reason}" if finding.elsewhere else entry.reason
    return Diagnostic(at, entry.code, message, reason, entry.hint, source)


def _where(patch: Patch, path: str, number: int, line: str) -> str:
    """The place in the file, and in the mail if that is another."""
    here = f"{path}:{number}" if number else path
    if path == patch.file or not line.strip():
        return here
    rows = [row for row, text in enumerate(patch.mail.split("\n"), 1) if text == f"+{line}"]
    return f"{here} ({patch.file}:{rows[0]})" if len(rows) == 1 else here
