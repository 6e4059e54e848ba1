# SPDX-License-Identifier: GPL-2.0-only
"""What a compiler has read, from its own list (-MD): the answer holds as long as that stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from kiter import tools
from kiter.kernel.messages import Finding, judged, parse
from kiter.regex import regex
from kiter.tools import Outcome
from kiter.value_class import value_class

_WORD = regex(r"(?:\\.|\$\$|[^\s\\])+")
_ESCAPED = regex(r"\\([ #])|\$(\$)")
_FOLDERS = ("-I", "-iquote", "-isystem", "-idirafter")


@value_class
class Compiled:
    """How a compiler ended, and what it has read; None if it does not say, as when it found no such file."""

    done: Outcome
    reads: tuple[str, ...] | None

    def findings(self, file: str) -> tuple[Finding, ...]:
        """What it says of that file, or that it failed for no reason that we know."""
        return judged(parse(self.done.stderr, file), self.done.status, self.done.stderr)


@value_class
class Compiler:
    """A compiler with its words, run in `cwd`.

    `moved` says which folders stand in for others: what is read there counts as read where it comes from.
    """

    words: Sequence[str]
    cwd: Path | None = None
    moved: Mapping[Path, Path] = field(default_factory=dict)

    def run(self, source: Path, made: Path) -> Compiled:
        """Compile a file to an object."""
        return self._run(made, ["-c", "-o", str(made), str(source)], "-MD")

    def preprocess(self, source: Path, made: Path) -> Compiled:
        """Only ask what would be read, which takes a tenth of the time."""
        return self._run(made, [str(source)], "-M")

    def _run(self, made: Path, words: Sequence[str], how: str) -> Compiled:
        listing = made.with_name(f"{made.name}.d")
        done = tools.run([*self.words, how, "-MF", str(listing), *words], self.cwd)
        return Compiled(done, inputs(listing, self.words, self.cwd, self.moved))


def inputs(
    listing: Path, words: Sequence[str], cwd: Path | None = None, moved: Mapping[Path, Path] | None = None
) -> tuple[str, ...] | None:
    """The files in a list that a compiler has made when run with those words; None if it has made none."""
    try:
        text = listing.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    base = f"{cwd or Path.cwd()}/"
    files, folders = _absolute(base, prerequisites(text)), _absolute(base, _searched(words))
    return tuple(_origin(path, moved or {}) for path in (*files, *neighbours(files, folders)))


def _absolute(base: str, paths: Iterable[str]) -> list[str]:
    return [os.path.join(base, path.removeprefix("./")) for path in paths]  # noqa: PTH118 -- thousands


def _origin(path: str, moved: Mapping[Path, Path]) -> str:
    for place, origin in moved.items():
        if path.startswith(f"{place}/"):
            return f"{origin}{path.removeprefix(str(place))}"
    return path


def prerequisites(text: str) -> list[str]:
    """The files in a rule of make, as compilers write it."""
    _, _, listed = text.replace("\\\n", " ").partition(": ")
    words: Iterable[str] = _WORD.findall(listed.partition("\n")[0])
    return [_ESCAPED.sub(lambda found: found[1] or found[2], word) for word in words]


def _searched(words: Sequence[str]) -> list[str]:
    """The folders that the words name, in which headers are looked for."""
    found = []
    for index, word in enumerate(words):
        flag = next((flag for flag in _FOLDERS if word.startswith(flag)), "")
        if flag and (folder := word.removeprefix(flag) or "".join(words[index + 1 : index + 2])):
            found.append(folder.rstrip("/"))
    return found


def neighbours(files: Iterable[str], folders: Sequence[str]) -> set[str]:
    """The folders in which a new file would be taken instead of one that was, whether or not they exist."""
    beside = {os.path.dirname(file) for file in files}  # noqa: PTH120 -- thousands
    below = {name for place in beside for name in _names(place, folders)}
    return beside | {folder + name for folder in folders for name in below}


def _names(place: str, folders: Sequence[str]) -> Iterator[str]:
    """What may have been named of a folder ("/linux" of "include/linux") to find a file in it."""
    named = [folder for folder in folders if place == folder or place.startswith(f"{folder}/")]
    if named:
        yield from (place.removeprefix(folder) for folder in named)
        return
    # a folder of the compiler's own, such as /usr/include/bpf
    yield ""
    yield from (place[at:] for at in range(1, len(place)) if place[at] == "/")
