# SPDX-License-Identifier: GPL-2.0-only
"""The reference pages in a folder, and the list of them, beside what the specs generate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kiter import manifest
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.lower.docs.index import PAGE
from kiter.output import Kind, Output, Rendered
from kiter.sinks import write
from kiter.sinks.swap import swap
from kiter.sync.codes import CODES
from kiter.tree import insertion_points
from kiter.tree.codes import MisfitError
from kiter.value_class import value_class

INDEX = "index.rst"
BESIDE = "bpf_iterators"  # the kernel's own page, below which `kiter apply` puts the list
MISSING, STALE, EDITED = "missing", "stale", "edited manually, or not kiter's"
_BY_HAND = (
    "bring the edit into the spec, or remove the file and let 'kiter sync --write' make it anew; "
    "of what 'kiter apply' wrote, --tree says that it is kiter's"
)


@value_class
class Page:
    """One page: its iterator, its file, what it must hold, and what is wrong with it ("" for nothing).

    The page that lists all has "" for its iterator. `line` is the first line that differs.
    """

    iterator: str
    file: Path
    text: str
    state: str
    line: int


def pages(
    rendered: Sequence[Rendered], folder: Path, left: Mapping[Path, str] | None = None
) -> tuple[Page, ...]:
    """The page of each iterator in a folder and the list of them; raises KiterError D13 if that is none.

    `left` are files as `kiter apply` left them in a tree: such a page is kiter's too.
    """
    if not folder.is_dir():
        code = CODES["D13"]
        found = Diagnostic(Position(str(folder)), "D13", code.title, code.reason, code.hint)
        raise KiterError(found, status=ENVIRONMENT)
    known = {name: entry.digest for name, entry in manifest.load(folder).items()}
    texts = {file.name: text for file, text in (left or {}).items() if file.parent == folder.resolve()}
    known |= {name: manifest.digest(text) for name, text in texts.items()}
    each = [_page(one.iterator, folder / output.path, output.text, known) for one, output in _alone(rendered)]
    return (*each, *_list(rendered, folder, known))


def _alone(rendered: Sequence[Rendered]) -> Iterator[tuple[Rendered, Output]]:
    """Each with its page, which has no folder here."""
    for one in rendered:
        output = one.of(Kind.RST)
        assert output is not None
        yield one, replace(output, path=PurePosixPath(output.path).name)


def _list(rendered: Sequence[Rendered], folder: Path, known: Mapping[str, str]) -> Iterator[Page]:
    """The list as it is, with the rows of these iterators; all is wrong with one that has no table."""
    rows = [row for one in rendered if (output := one.of(Kind.INDEX)) for row in output.fragments]
    if not rows:
        return
    file = folder / PurePosixPath(rows[0].file).name
    text = _read(file)
    try:
        for row in rows:
            text = insertion_points.listed(text, row)
    except MisfitError:
        yield Page("", file, "", EDITED, 1)
    else:
        yield _page("", file, text or "", known)


def _page(iterator: str, file: Path, wanted: str, known: Mapping[str, str]) -> Page:
    text = _read(file)
    if text is None:
        return Page(iterator, file, wanted, MISSING, 0)
    if text == wanted:
        return Page(iterator, file, wanted, "", 0)
    ours = known.get(file.name) == manifest.digest(text)
    return Page(iterator, file, wanted, STALE if ours else EDITED, _first(text, wanted))


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else None


def _first(one: str, other: str) -> int:
    """The first line that differs, from 1."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), None)
    return (min(one.count("\n"), other.count("\n")) if same is None else same) + 1


def unlisted(folder: Path) -> Iterator[Diagnostic]:
    """The index of the documentation, if it is there and lacks the page of iterators, which is there."""
    index = folder / INDEX
    lines = (_read(index) or "").splitlines()
    rows = [row for row, line in enumerate(lines, 1) if line.strip() == BESIDE]
    if len(rows) == 1 and (folder / f"{PAGE}.rst").is_file() and PAGE not in {line.strip() for line in lines}:
        code = CODES["D17"]
        message = f"{code.title}: {PAGE}"
        yield Diagnostic(Position(str(index), rows[0]), "D17", message, code.reason, code.hint)


def fix(rendered: Sequence[Rendered], folder: Path) -> tuple[Path, ...]:
    """Write the pages that are missing, or kiter's own and stale; what was edited stays as it is.

    An index of the documentation that lists no page of iterators gets the line.

    Raises KiterError as pages() and write() do.
    """
    with write.alone(folder / "x"):
        found = {page.iterator: page for page in pages(rendered, folder)}
        only = [replace(one, outputs=(page,)) for one, page in _alone(rendered)]
        if every := found.get(""):
            listed = Output.new(Kind.INDEX, every.file.name, every.text)
            only.append(replace(only[0], iterator="", outputs=(listed,)))
        only = [one for one in only if _is_ours(found[one.iterator], folder)]
        done = write.write(write.plan(only, folder, whole=False)) if only else None
        index = tuple(_list_in_index(rendered, folder))
    return (*(folder / path for path in (done.written if done else ())), *index)


def _list_in_index(rendered: Sequence[Rendered], folder: Path) -> Iterator[Path]:
    """Give the index of the documentation the line that it lacks, as `kiter apply` does."""
    rows = [row for one in rendered if (output := one.of(Kind.TOCTREE)) for row in output.fragments]
    if rows and any(unlisted(folder)):
        index = folder / INDEX
        swap({index: "\n".join(insertion_points.indexed((_read(index) or "").split("\n"), rows[0]))}, ())
        yield index


def _is_ours(page: Page, folder: Path) -> bool:
    """Whether it is to be written; one that is right but that kiter did not write is not kiter's."""
    return page.state in (MISSING, STALE) or (not page.state and page.file.name in manifest.load(folder))


def diagnostic(page: Page) -> Diagnostic:
    """What is told of a page that is not as it should be."""
    code = CODES["D09"]
    hint = _BY_HAND if page.state == EDITED else code.hint
    which = f"the page of {page.iterator}" if page.iterator else "the list of iterators"
    message = f"{which} is {page.state}"
    return Diagnostic(Position(str(page.file), page.line), "D09", message, code.reason, hint)
