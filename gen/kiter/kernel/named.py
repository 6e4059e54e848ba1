# SPDX-License-Identifier: GPL-2.0-only
"""What a user may call a kernel, whichever option asks for one: a release, a folder, or a file of it."""

from __future__ import annotations

from pathlib import Path

from kiter.kernel import sources
from kiter.kernel.codes import lacking
from kiter.spec.release import numbers
from kiter.value_class import value_class


@value_class
class Named:
    """One of the three; `release` is all of it, or how it begins."""

    release: str = ""
    folder: Path | None = None
    file: Path | None = None


def named(text: str) -> Named:
    """What the text names; raises KiterError E22 if it is nothing that may name a kernel."""
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        return Named(folder=path)
    if path.exists():
        return Named(file=path)
    if "/" in text or not any(numbers(text)):
        raise lacking("E22", f"'{text}' is neither a folder, nor a file, nor a kernel release")
    return Named(release=text)


def source_tree(text: str) -> Path:
    """The folder of sources that the text names, itself or by a file at its top.

    Raises KiterError E22 for a release: its sources are an archive, which no command unpacks as a whole.
    """
    found = named(text)
    if found.folder or found.file:
        return found.folder or found.file.parent  # type: ignore[union-attr] # one is there
    archive = sources.archive(".".join(map(str, numbers(text)[:2])))
    hint = f"unpack {archive} and name the folder" if archive else f"'kiter kernels fetch {text}' gets them"
    raise lacking("E22", f"Linux {text} is no folder with kernel sources", hint)
