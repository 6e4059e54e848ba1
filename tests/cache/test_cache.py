# SPDX-License-Identifier: GPL-2.0-only
"""The cache: an answer holds as long as what it came from; nothing that happens to its files does harm."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiter.cache import digests as cache_digests
from kiter.cache import keys, prune
from kiter.cache.digests import ABSENT, Digests
from kiter.cache.keys import key_of
from kiter.cache.store import Cache, opened

DAY = 24 * 60 * 60


def test_keys_keep_parts_apart() -> None:
    ways = [("a", "b"), ("ab",), ("a", "", "b"), ("b", "a"), ("ab", ""), (b"\xff",), ("\udcff",)]
    assert len({key_of(*parts) for parts in ways}) == len(ways)


@pytest.mark.parametrize("module", ["kiter.kernel.unit", "kiter.series.patch_checks", "kiter.vm.programs"])
def test_code_is_all_that_a_module_loads(module: str) -> None:
    """Found out by loading it: nothing that an answer can depend on is left out."""
    said = "import sys; print(*(m.__name__ for m in list(sys.modules.values()) if hasattr(m, '__file__')))"
    words = [sys.executable, "-c", f"import {module}; {said}"]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.split(".")[0] == "kiter"}
    assert module in ours and len(ours) > 10
    assert ours <= set(keys.closure(module))


def test_code_is_another_after_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_PACKAGE", tmp_path)
    (tmp_path / "part").mkdir()
    texts = {
        "a.py": "from kiter.part.b import f\nif TYPE_CHECKING:\n    from kiter.typed import T\n\nx = 1\n",
        "typed.py": "",
        "part/__init__.py": "",
        "part/b.py": "def f(): ...\n",
        "part/data.toml": "x = 1\n",
        "other.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    def code() -> str:
        keys.code_of.cache_clear()
        keys._read.cache_clear()
        return keys.code_of("kiter.a")

    before = code()
    for name in ("a.py", "part/b.py", "part/data.toml"):
        (tmp_path / name).write_text(texts[name] + "# edited\n")
        assert code() != before
        (tmp_path / name).write_text(texts[name])
    for name in ("other.py", "typed.py"):
        (tmp_path / name).write_text("# edited\n")
        assert code() == before
    keys.code_of.cache_clear()
    keys._read.cache_clear()


# --- answers -------------------------------------------------------------------------------------


def file(path: Path, text: str = "x") -> str:
    """A file that was written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def known(cache: Cache) -> object:
    found = cache.load("kind", "key")
    return found.value if found else None


@pytest.mark.parametrize(
    ("edit", "back"),
    [
        (lambda top: file(top / "a.h", "y"), lambda top: file(top / "a.h")),
        (lambda top: (top / "a.h").unlink(), lambda top: file(top / "a.h")),
        (lambda top: file(top / "linux/new.h"), lambda top: (top / "linux/new.h").unlink()),
        (lambda top: file(top / "none/a.h"), lambda top: (top / "none/a.h").unlink()),
    ],
    ids=["edited", "gone", "one more in a folder", "one more in a folder that was not there"],
)
def test_an_answer_holds_as_long_as_what_it_came_from(
    edit: Callable[[Path], object], back: Callable[[Path], object], tmp_path: Path
) -> None:
    top = tmp_path / "top"
    reads = [file(top / "a.h"), file(top / "linux/b.h"), str(top / "linux"), str(top / "none")]
    Cache(tmp_path).store("kind", "key", 1, reads=reads)
    assert known(Cache(tmp_path)) == 1
    edit(top)
    assert known(Cache(tmp_path)) is None
    back(top)
    if not (top / "none").exists():
        assert known(Cache(tmp_path)) == 1


def test_nothing_is_stored_of_what_is_not_known_or_has_changed_meanwhile(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("kind", "key", 1, reads=None)
    assert known(cache) is None
    since = time.time_ns()
    cache.store("kind", "key", 1, reads=[file(tmp_path / "a.h")], since=since)
    assert known(cache) is None


def rows(folder: Path) -> str:
    """What is kept of digests."""
    return "".join(path.read_text() for path in folder.glob("*"))


def test_what_is_known_of_other_trees_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stands = Path(__file__).stat()
    monkeypatch.setattr(cache_digests, "_stat", lambda path: stands)
    monkeypatch.setattr(cache_digests, "_content", lambda path, there: "digest")
    folder = tmp_path / "digests"
    for tree in ("/usr/src/linux-1", "/usr/src/linux-2"):
        Digests(folder).of(f"{tree}/include/a.h")
    read: list[Path] = []
    real = cache_digests._read
    monkeypatch.setattr(cache_digests, "_read", lambda path: read.append(path) or real(path))
    found = Digests(folder)
    assert found.state([f"/usr/src/linux-1/include/{name}.h" for name in "ab"]) and len(read) == 1
    assert len(list(folder.iterdir())) == 2


def test_a_file_is_read_again_only_when_it_may_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda f, name: read.append(f.name) or digest(f, name))
    path = file(tmp_path / "a.h")
    time.sleep(0.15)  # what has just been written may be written again without a trace
    first = Digests(tmp_path / "digests").of(path)
    assert Digests(tmp_path / "digests").of(path) == first and len(read) == 1
    times = Path(path).stat()
    file(tmp_path / "a.h", "y")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert Digests(tmp_path / "digests").of(path) != first and len(read) == 2


def test_a_file_that_was_just_written_is_not_trusted_to_stay(tmp_path: Path) -> None:
    path = file(tmp_path / "a.h")
    Digests(tmp_path / "digests").of(path)
    assert path not in rows(tmp_path / "digests")


def test_within_one_run_a_file_is_looked_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "a.h")
    once = Digests(tmp_path / "digests", once=True)
    assert once.of(path) == ABSENT
    file(tmp_path / "a.h")
    assert once.of(path) == ABSENT
    assert Digests(tmp_path / "digests").of(path) != ABSENT


def test_two_runs_lose_no_digests_to_each_other(tmp_path: Path) -> None:
    paths = [file(tmp_path / name) for name in ("a.h", "b.h")]
    time.sleep(0.15)
    runs = [Digests(tmp_path / "digests") for _ in paths]
    for run, path in zip(runs, paths, strict=True):
        run.of(path)
    kept = rows(tmp_path / "digests")
    assert all(path in kept for path in paths)


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[1, 2]\n", b'{"a": 1}\n'])
def test_a_broken_entry_is_none(broken: bytes, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("kind", "key", 1)
    (path,) = (tmp_path / "store/known/kind").rglob("key")
    path.write_bytes(broken)
    assert known(cache) is None
    cache.store("kind", "key", 2)
    assert known(cache) == 2
    assert not list((tmp_path / "store/tmp").iterdir())


def test_an_unwritable_cache_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with opened(tmp_path / "file/cache") as cache:
        assert "nothing is remembered" in cache.problem
        cache.store("kind", "key", 1)
        assert known(cache) == 1


# --- what was made -------------------------------------------------------------------------------


def test_a_folder_is_made_once_and_a_failure_leaves_nothing(tmp_path: Path) -> None:
    cache, calls = Cache(tmp_path), []
    header = file(tmp_path / "a.h")

    def make(work: Path) -> list[str]:
        calls.append(work)
        (work / "file").write_text("made")
        if len(calls) == 1:
            raise OSError("no")
        return [header]

    with pytest.raises(OSError, match="no"):
        cache.made("kind", "key", make)
    assert not list((tmp_path / "store").rglob("file"))
    first = cache.made("kind", "key", make)
    assert cache.made("kind", "key", make) == first and len(calls) == 2
    file(Path(header), "y")
    second = cache.made("kind", "key", make)
    assert second != first and len(calls) == 3


def test_a_folder_is_made_anew_where_a_part_is_gone(tmp_path: Path) -> None:
    def make(work: Path) -> tuple[str, ...]:
        (work / "file").write_text("made")
        return ()

    path = Cache(tmp_path).made("kind", "key", make)
    (path / "file").write_text("")
    assert (Cache(tmp_path).made("kind", "key", make) / "file").read_text() == "made"


def test_two_runs_that_make_the_same_have_the_same(tmp_path: Path) -> None:
    def make(work: Path) -> tuple[str, ...]:
        (work / "file").write_text("made")
        return ()

    def outrun(work: Path) -> tuple[str, ...]:
        inner.append(Cache(tmp_path).made("kind", "key", make))
        return make(work)

    inner: list[Path] = []
    assert [Cache(tmp_path).made("kind", "key", outrun)] == inner


# --- pruning -------------------------------------------------------------------------------------


def used(path: Path, days: float) -> None:
    """As if it had been used last so many days ago."""
    os.utime(path, (time.time() - days * DAY,) * 2)


def entries(root: Path) -> dict[str, Path]:
    """Folders of 1000 bytes by name; none of it was used today."""
    made = {}
    for days, name in enumerate("abc", 2):
        path = Cache(root).made("kind", name, lambda work: [file(work / "file", "x" * 1000)][:0])
        for one in (path, *(root / "store/known/kind").rglob(name)):
            used(one, days)
        made[name] = path
    return made


def test_what_is_too_much_goes_in_the_order_of_its_last_use(tmp_path: Path) -> None:
    made = entries(tmp_path)
    assert Cache(tmp_path).load("kind", "c")  # which was used for longest, and is now
    prune.prune(tmp_path, time.time(), most=2500)
    assert {name for name, path in made.items() if path.exists()} == {"a", "c"}
    prune.prune(tmp_path, time.time(), most=10)
    assert {name for name, path in made.items() if path.exists()} == {"c"}
    assert not list((tmp_path / "store/tmp").iterdir())


def test_what_was_not_used_for_long_goes(tmp_path: Path) -> None:
    made = entries(tmp_path)
    prune.prune(tmp_path, time.time() + 26.5 * DAY)
    assert {name for name, path in made.items() if path.exists()} == {"a", "b"}
    assert Cache(tmp_path).load("kind", "c") is None


def test_fetched_kernels_stay_and_earlier_layouts_go(tmp_path: Path) -> None:
    for name in ("kernels/7.3/vmlinuz", "sources/linux-source-7.3.tar.xz", "results/ab/key.json"):
        file(tmp_path / name)
    for path in tmp_path.iterdir():
        used(path, 400)
    prune.prune(tmp_path, time.time(), most=0)
    assert {path.name for path in tmp_path.iterdir()} == {"kernels", "sources", "store"}


def test_a_folder_that_is_worked_in_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.build_folder("kind", "key") as path:
        file(path / "half")
        used(prune.lock_of(path), 400)
        prune.prune(tmp_path, time.time())
        assert (path / "half").exists()
    used(prune.lock_of(path), 400)
    prune.prune(tmp_path, time.time())
    assert not path.exists()


def test_one_at_a_time_works_in_a_folder(tmp_path: Path) -> None:
    with Cache(tmp_path).build_folder("kind", "key") as path:
        lock = prune.lock_of(path).open("a")
        with lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_pruning_is_due_once_a_day(tmp_path: Path) -> None:
    made = entries(tmp_path)
    stamp = tmp_path / "store/pruned"
    assert stamp.exists()
    Cache(tmp_path).store("kind", "new", 1)
    used(made["a"], 400)
    Cache(tmp_path).store("kind", "new", 2)
    assert made["a"].exists()
    used(stamp, 2)
    Cache(tmp_path).store("kind", "new", 3)
    assert not made["a"].exists()


def test_digests_of_files_that_are_gone_are_dropped(tmp_path: Path) -> None:
    paths = [file(tmp_path / name) for name in ("a.h", "b.h")]
    time.sleep(0.15)
    kept = tmp_path / "store/files"
    digests = Digests(kept)
    for path in paths:
        digests.of(path)
    Path(paths[0]).unlink()
    prune.prune(tmp_path, time.time())
    assert paths[0] not in rows(kept) and paths[1] in rows(kept)
    Path(paths[1]).unlink()
    prune.prune(tmp_path, time.time())
    assert list(kept.iterdir()) == []
