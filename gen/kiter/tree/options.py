# SPDX-License-Identifier: GPL-2.0-only
"""The option that code of a kernel depends on: by its #ifdef, its Makefile, or the file that includes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from kiter.csource.conditionals import Conditionals
from kiter.csource.source import Source

# what every kfunc needs: kernel/bpf/Makefile, and CONFIG_DEBUG_INFO_BTF of register_btf_kfunc_id_set()
EVERY = frozenset({"CONFIG_BPF_SYSCALL", "CONFIG_BPF_JIT", "CONFIG_BPF", "CONFIG_DEBUG_INFO_BTF"})


class Files(Protocol):
    """A folder with sources."""

    root: Path

    def file(self, path: str) -> Source:
        """A file of it."""


def option_of(texts: Files, path: str) -> str | None:
    """The option that a whole file depends on, "" for none beside BPF itself; None where nothing tells."""
    made = PurePosixPath(path)
    makefile = texts.file(str(made.with_name("Makefile")))
    for row, line in enumerate(makefile.lines):
        if re.search(rf"\b{made.stem}\.o\b", line):
            around = Conditionals(makefile.lines, make=True).options[row]
            return chosen(around | {*re.findall(r"CONFIG_\w+", line)})
    return next(_including(texts, made), None)


def _including(texts: Files, made: PurePosixPath) -> Iterator[str]:
    """What the files beside it and above that include it ask for."""
    for folder in (made.parent, made.parent.parent):
        wanted = f'"{made.relative_to(folder)}"'
        for file in sorted((texts.root / folder).glob("*.c")):
            source = texts.file(file.relative_to(texts.root).as_posix())
            rows = [r for r, line in enumerate(source.lines) if line[:1] == "#" and wanted in line]
            yield from (chosen(source.conditionals.options[row]) for row in rows)


def option_at(texts: Files, path: str, row: int) -> str | None:
    """The option that the code in a row of a file depends on, the row counted from 0."""
    return chosen(texts.file(path).conditionals.options[row]) or option_of(texts, path)


def chosen(options: Iterable[str]) -> str:
    """The option that is no part of what every kfunc needs."""
    return next((one for one in sorted(options) if one not in EVERY), "")
