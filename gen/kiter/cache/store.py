# SPDX-License-Identifier: GPL-2.0-only
"""Answers, and what was made, below one folder.

    known/<kind>/<..>/<key>    an answer, with the files that it was found out from beside what the key names
    made/<kind>/<..>/<name>/   what was made with it, each folder complete or absent
    work/<kind>/<key>/         a folder that a build goes on in, one process at a time
    tmp/                       what is being made
    files/                     see digests.py

What was read of the kernel tree that a run is about is listed by its place in that: an answer holds for equal
trees, wherever they are. One that names its tree, as an error in a header does, holds for that tree alone.

The cache is never needed for a right answer: a lost, broken or unwritable one costs time only. Entries appear
by rename, so that runs at the same time see whole ones or none. Fetched kernels stand beside it, in `kernels`
and `sources` of the same root, and are never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kiter.cache import prune
from kiter.cache.digests import Digests
from kiter.cache.keys import key_of
from kiter.value_class import value_class

_TREE = "$tree"  # what stands for the path of the run's tree in keys and lists


def default_root() -> Path:
    """$XDG_CACHE_HOME/kiter, or ~/.cache/kiter; where there is no home, a path that does not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "kiter"
    return Path(os.path.expanduser("~")) / ".cache" / "kiter"  # noqa: PTH111 -- Path.expanduser() raises


@value_class
class Known:
    """An answer, and the folder that was made with it if one was."""

    value: object
    made: Path | None = None


class Cache:
    """Answers and folders by kind and key, below `root`/store.

    `problem` says why nothing is remembered, or is "". With `once`, all files are taken to stay as they are.
    `tree` is the kernel tree that the run is about, if any.
    """

    __slots__ = ("_pruned", "_tree", "digests", "folder", "problem", "root")

    def __init__(
        self, root: Path | None = None, problem: str = "", *, once: bool = False, tree: Path | None = None
    ) -> None:
        self._tree = str(tree.absolute()) if tree else ""
        self.root = root or default_root()
        self.folder = self.root / "store"
        self.problem = problem
        self.digests = Digests(self.folder / "files", once=once)
        self._pruned = False

    def named(self, word: str) -> str:
        """A path, or a word of a command with one at its end, as it belongs into a key.

        What is in the run's tree is named by its place in that.
        """
        before, tree, place = word.partition(self._tree) if self._tree else (word, "", "")
        return f"{before}{_TREE}{place}" if tree and place[:1] in ("", "/") else word

    # --- answers ---------------------------------------------------------------------------------

    def load(self, kind: str, key: str) -> Known | None:
        """The answer under that key, if all that it was found out from is as it was then."""
        path = self._path("known", kind, key)
        head, _, listed = _read(path).partition(b"\n")
        match _parsed(head):
            case [value, str(state), str(name), int(size), str(where)] if where in ("", _TREE, self._tree):
                pass
            case _:
                return None
        if listed and self.digests.state(self._paths(os.fsdecode(listed))) != state:
            return None
        made = self._path("made", kind, name) if name else None
        if made and _size(made) != size:
            return None
        for used in (path, made) if made else (path,):
            prune.touch(used)
        return Known(value, made)

    def store(
        self,
        kind: str,
        key: str,
        value: object,
        *,
        reads: Iterable[str] | None = (),
        made: Path | None = None,
        since: int = 0,
    ) -> Path | None:
        """Remember a JSON value, which was found out from the files `reads` since that time, in nanoseconds.

        `made` is a folder in scratch() to keep with it; the answer is where it is now. Nothing is remembered
        for later if `reads` is None, which says that they are not known, or one has changed meanwhile.
        Raises OSError if the folder cannot be kept; that a value cannot be is noted in `problem`.
        """
        own = f"{self.folder / 'tmp'}/"
        names = sorted({self.named(path) for path in reads or () if not path.startswith(own)})
        listed, since = "\0".join(names), since or time.time_ns()
        state = None if reads is None else self.digests.settled(self._paths(listed), since)
        kept, name, size = None, "", 0
        if made:
            name = _made(key, listed, state or str(made))
            kept = self._keep(made, self._path("made", kind, name))
            size = _size(kept)
        if state is not None:
            head = json.dumps([value, state, name, size, self._where(value, listed)]).encode()
            self._write(self._path("known", kind, key), head + b"\n" + os.fsencode(listed))
        return kept

    def forget(self, kind: str, key: str) -> None:
        """Have no answer under that key any more; who is using a folder that was made with it may go on."""
        with contextlib.suppress(OSError):
            self._path("known", kind, key).unlink()

    def _paths(self, listed: str) -> list[str]:
        """The files of a list, as they are named on disk."""
        return f"\0{listed}".replace(f"\0{_TREE}", f"\0{self._tree}").split("\0")[1:] if listed else []

    def _where(self, value: object, listed: str) -> str:
        """Where an answer holds: anywhere, in any equal tree, or in the one tree that it names."""
        if self._tree and json.dumps(self._tree)[1:-1] in json.dumps(value):
            return self._tree
        return _TREE if _TREE in listed else ""

    def made(self, kind: str, key: str, make: Callable[[Path], Iterable[str]]) -> Path:
        """The folder under that key; `make` fills an empty one if there is none that is still right.

        It gives the files that it has read beside what the key names. What it raises is passed on, and leaves
        nothing behind.
        """
        known = self.load(kind, key)
        if known and known.made:
            return known.made
        since = time.time_ns()
        with self.scratch() as scratch:
            work = scratch / "made"
            work.mkdir()
            reads = tuple(make(work))
            kept = self.store(kind, key, None, reads=reads, made=work, since=since)
        assert kept is not None
        return kept

    def place(self, kind: str, key: str) -> Path:
        """Where made() puts a folder for which nothing is read beside what the key names."""
        return self._path("made", kind, _made(key, "", self.digests.state(())))

    def raw(self, kind: str, key: str) -> bytes:
        """Bytes that write_raw() has kept, b"" if there are none; they may be damaged."""
        path = self._path("known", kind, key)
        found = _read(path)
        if found:
            prune.touch(path)
        return found

    def write_raw(self, kind: str, key: str, content: bytes) -> None:
        """Keep bytes that their key says everything of."""
        self._write(self._path("known", kind, key), content)

    def append_raw(self, kind: str, key: str, content: bytes) -> None:
        """Add to the bytes that are kept, behind what other runs add meanwhile."""
        path = self._path("known", kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as file:
                file.write(content)
        except OSError as problem:
            self.problem = f"{self.root}: {problem.strerror}"

    # --- folders to work in ----------------------------------------------------------------------

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder on the cache's own file system, gone afterwards."""
        base = self.folder / "tmp"
        base.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=base))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def build_folder(self, kind: str, key: str) -> Iterator[Path]:
        """The folder that a build of that key goes on in, which may not be there yet; others wait for it."""
        path = self.folder / "work" / kind / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with prune.lock_of(path).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path

    # --- files -----------------------------------------------------------------------------------

    def _path(self, part: str, kind: str, key: str) -> Path:
        return self.folder / part / kind / key[:2] / key

    def _keep(self, made: Path, place: Path) -> Path:
        place.parent.mkdir(parents=True, exist_ok=True)
        made.chmod(0o755)
        try:
            made.replace(place)
        except OSError:
            # Another run has moved its equal folder there first, or a broken one is in the way.
            if not place.is_dir():
                raise
            if _size(place) != _size(made):
                self._replace(made, place)
        self._prune()
        return place

    def _replace(self, made: Path, place: Path) -> None:
        with self.scratch() as scratch:
            place.replace(scratch / "broken")
            made.replace(place)

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.scratch() as scratch:
                new = scratch / "value"
                new.write_bytes(content)
                new.replace(path)
        except OSError as problem:
            self.problem = f"{self.root}: {problem.strerror}"
        else:
            self._prune()

    def _prune(self) -> None:
        """Where something new has come, something old may go; once in a process is enough."""
        if not self._pruned:
            self._pruned = True
            prune.when_due(self.root, time.time())


def _made(key: str, listed: str, state: str) -> str:
    """The name of a folder: by its key, and by what was read and what stood there."""
    return key_of(key, listed, state)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _parsed(head: bytes) -> object:
    try:
        parsed: object = json.loads(head)
    except (ValueError, RecursionError):
        return None
    return parsed


def _size(folder: Path) -> int:
    """Of the files that stand in a folder itself; -1 if there is none."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries if entry.is_file())
    except OSError:
        return -1


@contextlib.contextmanager
def opened(root: Path | None = None, tree: Path | None = None) -> Iterator[Cache]:
    """The cache at `root` (else the user's own), for one run, which is about that tree if there is one.

    A folder of this run stands in for an unwritable one.
    """
    wanted = root or default_root()
    problem = _unwritable(wanted)
    if not problem:
        yield Cache(wanted, once=True, tree=tree)
        return
    with tempfile.TemporaryDirectory(prefix="kiter-") as temporary:
        yield Cache(Path(temporary), problem, once=True, tree=tree)


def _unwritable(root: Path) -> str:
    """Why nothing can be written below root, or ""."""
    try:
        base = root / "store/tmp"
        base.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=base)
        os.close(handle)
        Path(name).unlink()
    except OSError as problem:
        return f"the cache {root} cannot be written ({problem.strerror}): nothing is remembered"
    return ""
