# SPDX-License-Identifier: GPL-2.0-only
"""Why a check failed: what did not hold, what the verifier and libbpf said, and the line of the spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kiter.kernel.locate import snippet_at
from kiter.output import Kind, SnippetUse
from kiter.vm.prototype import Prototype
from kiter.vm.results import Check, GuestReport, VerifierLog

LIBRARY = "libbpf: "  # how libbpf begins each of its messages


def reasons(report: GuestReport, prototype: Prototype, check: Check) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each reason in a line, with the lines that go into it."""
    for failure in check.failures:
        yield f"{failure.file}:{failure.line}: {failure.name}: {failure.text}", ()
    for log in check.logs:
        use = _written(prototype, log)
        told = (f"from {use.at.file}:{use.at.line}:{use.at.column}: {use.source.strip()}",) if use else ()
        yield f"the verifier on {log.program}:", (*log.decisive, *told)
    said = () if check.subtest or check.logs else tuple(_library(report, check))
    if check.failures and said:
        yield "libbpf:", said


def _written(prototype: Prototype, log: VerifierLog) -> SnippetUse | None:
    """What the spec's author wrote on the line of C that the verifier came to last."""
    file, line = log.place
    programs = (prototype.rendered.of(kind) for kind in (Kind.PROG, Kind.PROG_FAILURE))
    text = next((o.text for o in programs if o and PurePosixPath(o.path).name == file), "")
    return snippet_at(text, line, 0, prototype.rendered.material.snippets) if text else None


def _library(report: GuestReport, check: Check) -> Iterator[str]:
    """What libbpf complained of in a test, each thing once."""
    lines = (line for test, text in report.output if test == check.test for line in text.splitlines())
    yield from dict.fromkeys(line.removeprefix(LIBRARY) for line in lines if line.startswith(LIBRARY))
