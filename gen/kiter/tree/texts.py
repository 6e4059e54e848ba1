# SPDX-License-Identifier: GPL-2.0-only
"""The files of a kernel tree as facts are looked up in them: each read once, and places by file and line."""

from __future__ import annotations

import re
from pathlib import Path

from kiter.csource.source import Source
from kiter.value_class import value_class

# a tree without one of these is a part of a kernel
_WHOLE = ("init/main.c", "net/core/filter.c", "fs/namei.c", "mm/vmscan.c", "drivers/base/core.c")
_KCONFIGS = (
    *("kernel/*/Kconfig*", "kernel/Kconfig*", "init/Kconfig"),
    *("drivers/dma-buf/Kconfig", "drivers/base/Kconfig"),
)


@value_class
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Texts:
    """A folder with sources."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, Source] = {}

    @property
    def whole(self) -> bool:
        """Whether it is a kernel, and not a part of one."""
        return all(self.is_there(path) for path in _WHOLE)

    def is_there(self, path: str) -> bool:
        """Whether it has that file or folder."""
        return (self.root / path).exists()

    def file(self, path: str) -> Source:
        """A file as C, an empty one where there is none."""
        if path not in self._files:
            file = self.root / path
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            self._files[path] = Source(path, text)
        return self._files[path]

    def text(self, path: str) -> str:
        """The text of a file, "" where there is none."""
        return self.file(path).text

    def find(self, path: str, pattern: str) -> Place | None:
        """Where a line of a file matches first."""
        found = re.search(pattern, self.text(path), re.MULTILINE)
        return self.place(path, found.start()) if found else None

    def place(self, path: str, offset: int) -> Place:
        """The line of an offset into the text of a file."""
        return Place(path, self.text(path).count("\n", 0, offset) + 1)

    def line(self, place: Place) -> str:
        """The text of a line."""
        return self.file(place.file).lines[place.line - 1]

    def prompt(self, option: str) -> tuple[Place, bool] | None:
        """Where an option is defined, and whether somebody can set it; None where it is not found."""
        entry = rf"^(?:menu)?config {option.removeprefix('CONFIG_')}\n((?:[ \t].*\n|\n)*)"
        for pattern in _KCONFIGS:
            for file in sorted(self.root.glob(pattern)):
                path = file.relative_to(self.root).as_posix()
                if found := re.search(entry, self.text(path), re.MULTILINE):
                    asked = r'^\s+(?:bool|tristate|prompt) +"[^"]*"(?! if MAY_HAVE)'
                    return self.place(path, found.start()), bool(re.search(asked, found[1], re.MULTILINE))
        return None
