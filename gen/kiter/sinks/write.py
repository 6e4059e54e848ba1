# SPDX-License-Identifier: GPL-2.0-only
"""The sink that writes outputs below a folder: all of them or none, and only what changed.

The folder of a target holds a manifest that says which files are kiter's and what they were, so
that nobody's own file and nobody's edit is lost.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kiter import manifest
from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.manifest import Entry
from kiter.output import Kind, Output, Rendered
from kiter.sinks.swap import PREFIX, swap
from kiter.value_class import value_class


@value_class
class Plan:
    """What writing would do, in paths relative to `root`: new or changed texts, and what goes."""

    root: Path
    write: Mapping[str, str]
    remove: tuple[str, ...]
    manifest: Mapping[str, Entry]
    unchanged: int


@value_class
class Written:
    """What was done."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def plan(rendered: Sequence[Rendered], root: Path, *, whole: bool, force: bool = False) -> Plan:
    """What to write below `root`, the folder of a target; changes nothing.

    `whole` says that these are all the iterators there are, so that what others left behind goes.
    Raises KiterError for files that are not kiter's or were edited, unless `force`.
    """
    known = manifest.load(root)
    texts = {o.path: (_owner(r, o), o.text) for r in rendered for o in r.outputs}
    wanted = {path: Entry(name, manifest.digest(text)) for path, (name, text) in texts.items()}
    ours = {r.iterator for r in rendered}
    stale = [p for p, e in known.items() if p not in wanted and (whole or e.iterator in ours)]
    on_disk = {path: _read(root / path) for path in (*texts, *stale)}
    changed = {p: text for p, (_, text) in texts.items() if on_disk[p] != text}
    if not force:
        _refuse_foreign(root, known, on_disk, (*changed, *stale))
    kept = {path: entry for path, entry in known.items() if path not in stale}
    return Plan(root, changed, tuple(stale), {**kept, **wanted}, len(texts) - len(changed))


def _owner(rendered: Rendered, output: Output) -> str:
    """The iterator that a file belongs to, "" for what all of them share."""
    return "" if output.kind is Kind.TEST_HEADER else rendered.iterator


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keeps other runs from planning and writing below the same folder meanwhile."""
    # the folder above, which is there before the first run makes its own
    place = next(folder for folder in out.absolute().parents if folder.is_dir())
    handle = os.open(place, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write(planned: Plan) -> Written:
    """Carry out a plan; raises KiterError when the folder cannot be written, having changed nothing."""
    listed = manifest.spell(planned.manifest)
    texts = dict(planned.write)
    old = _read(planned.root / manifest.NAME)
    if old != listed and (planned.manifest or old is not None):
        texts[manifest.NAME] = listed
    try:
        swap(
            {planned.root / path: text for path, text in texts.items()},
            (planned.root / path for path in planned.remove),
        )
    except OSError as error:
        raise _unwritable(planned.root, error) from error
    for path in planned.remove:
        _remove_empty(planned.root, planned.root / path)
    return Written(tuple(planned.write), planned.remove, planned.unchanged)


def _remove_empty(root: Path, path: Path) -> None:
    """Remove the folders that a stale file leaves empty."""
    with contextlib.suppress(OSError):
        for folder in path.parents:
            if folder == root:
                return
            folder.rmdir()


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def _refuse_foreign(
    root: Path, known: Mapping[str, Entry], on_disk: Mapping[str, str | None], paths: Iterable[str]
) -> None:
    """Raise for files that would be lost: not written by kiter, or edited since."""
    found: list[Diagnostic] = []
    for path in paths:
        text = on_disk[path]
        exists = text is not None or os.path.lexists(root / path)
        if exists and (path not in known or text is None or manifest.digest(text) != known[path].digest):
            code = "O02" if path in known else "O01"
            entry = CODES[code]
            found.append(Diagnostic(Position(str(root / path)), code, entry.title, entry.reason, entry.hint))
    if found:
        raise KiterError(*found)


def _unwritable(root: Path, error: OSError) -> KiterError:
    entry = CODES["E40"]
    why = f"{entry.title}: {error.strerror or error}"
    file = Path(os.fsdecode(error.filename)) if error.filename else root
    where = Position(str(file.parent if file.name.startswith(PREFIX) else file))
    return KiterError(Diagnostic(where, "E40", why, entry.reason, entry.hint), status=ENVIRONMENT)
