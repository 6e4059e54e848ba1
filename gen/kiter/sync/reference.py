# SPDX-License-Identifier: GPL-2.0-only
"""The reference pages in a folder beside what the specs come to: missing, stale, or edited by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kiter import manifest
from kiter.codes import CODES as GENERAL
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.output import Kind, Rendered
from kiter.sinks import write
from kiter.sync.codes import CODES

MISSING, STALE, EDITED = "missing", "stale", "edited by hand, or not kiter's"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its iterator, its file, what it must hold, and what is wrong with it ("" for nothing).

    `line` is the first line that differs.
    """

    iterator: str
    file: Path
    text: str
    state: str
    line: int


def pages(rendered: Sequence[Rendered], folder: Path) -> tuple[Page, ...]:
    """The page of each iterator in a folder; raises KiterError D13 if that is none."""
    if not folder.is_dir():
        code = CODES["D13"]
        found = Diagnostic(Position(str(folder)), "D13", code.title, code.reason, code.hint)
        raise KiterError(found, status=ENVIRONMENT)
    known = manifest.load(folder)
    return tuple(_page(one, folder, known) for one in rendered)


def _page(rendered: Rendered, folder: Path, known: dict[str, manifest.Entry]) -> Page:
    output = rendered.of(Kind.RST)
    assert output is not None
    file = folder / PurePosixPath(output.path).name
    if not file.exists():
        return Page(rendered.iterator, file, output.text, MISSING, 0)
    text = file.read_text(encoding="utf-8", errors="replace")
    if text == output.text:
        return Page(rendered.iterator, file, output.text, "", 0)
    ours = file.name in known and known[file.name].digest == manifest.digest(text)
    return Page(rendered.iterator, file, output.text, STALE if ours else EDITED, _first(text, output.text))


def _first(one: str, other: str) -> int:
    """The first line that differs, from 1."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), None)
    return (min(one.count("\n"), other.count("\n")) if same is None else same) + 1


def mend(rendered: Sequence[Rendered], folder: Path) -> tuple[Path, ...]:
    """Write the pages that are missing, or kiter's own and stale; what was edited stays as it is.

    Raises KiterError as pages() and write() do.
    """
    with write.alone(folder / "x"):
        found = {page.iterator: page for page in pages(rendered, folder)}
        wanted = [one for one in rendered if found[one.iterator].state in (MISSING, STALE, "")]
        only = [_page_alone(one) for one in wanted if _is_ours(found[one.iterator], folder)]
        done = write.write(write.plan(only, folder, whole=False)) if only else None
    return tuple(folder / path for path in done.written) if done else ()


def _is_ours(page: Page, folder: Path) -> bool:
    """A page that is right but that kiter did not write is left out of what kiter owns."""
    return page.state != "" or page.file.name in manifest.load(folder)


def _page_alone(rendered: Rendered) -> Rendered:
    output = rendered.of(Kind.RST)
    assert output is not None
    return replace(rendered, outputs=(replace(output, path=PurePosixPath(output.path).name),))


def diagnostic(page: Page) -> Diagnostic:
    """What is told of a page that is not as it should be."""
    code = CODES["D09"]
    hint = GENERAL["O02"].hint if page.state == EDITED else code.hint
    message = f"the page of {page.iterator} is {page.state}"
    return Diagnostic(Position(str(page.file), page.line), "D09", message, code.reason, hint)
