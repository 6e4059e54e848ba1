# SPDX-License-Identifier: GPL-2.0-only
"""The sink of patch series: the mails in a folder, branch and record in the clone; all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter.errors import ENVIRONMENT, FINDINGS
from kiter.regex import regex
from kiter.series import draft
from kiter.series.codes import diagnostic
from kiter.series.make import Series
from kiter.sinks.swap import swap
from kiter.tree.codes import finding, refusal

_PATCH = regex(r"^(?:v(?P<version>\d+)-)?\d{4}-.*\.patch$")
_FROM = regex(r"From ([0-9a-f]{40,64}) Mon Sep 17 00:00:00 2001$")


def write(series: Series, out: Path) -> tuple[Path, ...]:
    """Write the mails, then bring the branch into the clone; the files, the cover letter first.

    Raises KiterError M08 for another series' mails in that folder, A08 if it cannot be written, M09 if git
    refuses; nothing has changed then.
    """
    stale = tuple(_stale(series, out))
    texts = {out / name: mail for name, mail in series.mails.items()}
    kept = {path: path.read_bytes() for path in (*texts, *stale) if path.is_file()}
    try:
        swap(texts, stale)
    except OSError as error:
        file = Path(os.fsdecode(error.filename)) if error.filename else out
        why = f"it cannot be written: {error.strerror or error}"
        raise refusal([finding("A08", str(file), why)], ENVIRONMENT) from error
    try:
        draft.publish(series.draft, series.repository, series.record, series.cover_letter)
    except BaseException:
        _put_back(texts, kept)
        raise
    return tuple(texts)


def check_folder(series: Series, out: Path) -> None:
    """Raise what write() would raise for what lies in the folder, before any work is done for nothing."""
    tuple(_stale(series, out))


def _stale(series: Series, out: Path) -> Iterator[Path]:
    """The mails of this version that an earlier run has left and this one does not write."""
    if not out.is_dir():
        return
    foreign: list[Path] = []
    known = set(_commits(series))
    for path in sorted(out.iterdir()):
        named = _PATCH.match(path.name)
        if named is None or int(named["version"] or 1) != series.version:
            continue
        first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        sent = _FROM.match(first)
        if sent is None or sent[1] not in known:
            foreign.append(path)
        elif path.name not in series.mails:
            yield path
    if foreign:
        raise refusal([diagnostic("M08", str(path)) for path in foreign], FINDINGS)


def _commits(series: Series) -> Sequence[str]:
    """Those of this series, and of what was made as this version before."""
    git = series.repository.git
    last = git.line("rev-parse", "--verify", "--quiet", f"{series.record.ref}^1")
    before = git.line("rev-list", f"--max-count={len(series.mails) * 4}", last).split() if last else []
    return [*before, *(patch.commit for patch in series.patches)]


def _put_back(texts: Sequence[Path] | dict[Path, str], kept: dict[Path, bytes]) -> None:
    for path in texts:
        path.unlink(missing_ok=True)
    for path, content in kept.items():
        path.write_bytes(content)
