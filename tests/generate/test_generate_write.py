# SPDX-License-Identifier: GPL-2.0-only
"""Writing is all or nothing: whichever step fails, the tree is as it was before."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from generate_support import small

from kiter import manifest
from kiter.errors import ENVIRONMENT, FINDINGS, KiterError
from kiter.output import Output, Rendered
from kiter.sinks import write

# What writing asks of the system; each call of each of them is made to fail in turn.
STEPS = {
    "mkdir": (os, "mkdir"),
    "open": (os, "open"),
    "fdopen": (os, "fdopen"),
    "link": (os, "link"),
    "copy": (shutil, "copy2"),
    "replace": (os, "replace"),
    "unlink": (os, "unlink"),
}
ALWAYS = 0


def build(rendered, out, **options):
    return write.write(write.plan(rendered, out / rendered[0].target, **{"whole": True, **options}))


def snapshot(root: Path):
    """What can be told of a tree: names, contents, times and permissions."""
    found = {}
    for path in sorted(root.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        facts = (content, about.st_mtime_ns, about.st_mode)
        found[path.relative_to(root).as_posix()] = facts if path.is_file() else None
    return found


def edited(made: Rendered) -> Rendered:
    """The same iterator after a change of mind: one file more, one less, the rest different."""
    kept = tuple(Output.new(o.kind, o.path, o.text + "\n") for o in made.outputs[1:])
    return replace(made, outputs=(*kept, Output.new(made.outputs[0].kind, "new/folder/file.c", "new\n")))


class Failing:
    """Stands in for a function and fails at its `at`th call."""

    def __init__(self, monkeypatch, step, at, error=errno.ENOSPC):
        owner, name = STEPS[step]
        self.real, self.at, self.calls, self.error = getattr(owner, name), at, 0, error

        def stand_in(*arguments, **options):  # a function, so that a method's self comes along
            return self(*arguments, **options)

        monkeypatch.setattr(owner, name, stand_in)

    def __call__(self, *arguments, **options):
        self.calls += 1
        if self.at in (self.calls, ALWAYS):
            raise OSError(self.error, os.strerror(self.error))
        return self.real(*arguments, **options)


def attempt(tmp_path, monkeypatch, step, at):
    """Whether a second build could fail there: if so it has, and nothing may have changed."""
    shutil.rmtree(tmp_path)
    first = replace(small("raw"), outputs=small("raw").outputs[:3])
    build([first], tmp_path)
    before = snapshot(tmp_path)
    with monkeypatch.context() as patch:
        failing = Failing(patch, step, at)
        if step == "copy":  # which is for file systems without links
            Failing(patch, "link", ALWAYS)
        try:
            build([edited(first)], tmp_path)
        except KiterError as told:
            assert told.status == ENVIRONMENT and told.diagnostics[0].code.endswith("40")
            assert ".kiter-" not in told.diagnostics[0].at.file
            assert snapshot(tmp_path) == before
            return True
    return failing.calls >= at


@pytest.mark.parametrize("step", STEPS)
def test_whichever_step_fails_nothing_has_changed(tmp_path, monkeypatch, step):
    at = 1
    while attempt(tmp_path, monkeypatch, step, at):
        at += 1
    assert at > 1, "the step is never taken"


def test_interrupted_in_the_middle_nothing_has_changed(tmp_path, monkeypatch):
    build([small("raw")], tmp_path)
    before = snapshot(tmp_path)
    real, calls = os.replace, []

    def interrupted(temporary, target):
        calls.append(target)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(temporary, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build([edited(small("raw"))], tmp_path)
    assert snapshot(tmp_path) == before


def test_second_build_writes_nothing(tmp_path):
    rendered = [small("raw"), small("versions")]
    build(rendered, tmp_path)
    before = snapshot(tmp_path)
    done = build(rendered, tmp_path)
    assert (done.written, done.removed) == ((), ())
    assert snapshot(tmp_path) == before


def test_only_what_changed_is_written(tmp_path):
    made = small("raw")
    build([made], tmp_path)
    changed = Output.new(made.outputs[2].kind, made.outputs[2].path, "changed\n")
    done = build([replace(made, outputs=(*made.outputs[:2], changed, *made.outputs[3:]))], tmp_path)
    assert done.written == (changed.path,)


def test_what_is_no_longer_emitted_goes_with_its_folders(tmp_path):
    first, second = small("raw"), small("versions")
    build([first, second], tmp_path)
    done = build([second], tmp_path)
    # what selftests share stays for the other
    assert set(done.removed) == {o.path for o in first.outputs} - {o.path for o in second.outputs}
    left = {p.relative_to(tmp_path / "6.12").as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == {o.path for o in second.outputs} | {manifest.NAME}
    assert all(any(folder.iterdir()) for folder in tmp_path.rglob("*") if folder.is_dir())


def test_a_part_of_the_specs_leaves_the_others_alone(tmp_path):
    build([small("raw"), small("versions")], tmp_path)
    assert build([small("raw")], tmp_path, whole=False).removed == ()
    assert {e.iterator for e in manifest.load(tmp_path / "6.12").values()} == {"raw", "versions", ""}


def test_a_manifest_that_leads_out_is_not_followed(tmp_path):
    """out/ may come from somebody else: building there must not remove files elsewhere."""
    build([small("raw")], tmp_path / "out")
    outside = tmp_path / "precious.txt"
    outside.write_text("mine", encoding="utf-8")
    listed = manifest.load(tmp_path / "out/6.12")
    for path in ("../../precious.txt", str(outside), "kernel/../../../precious.txt"):
        entries = {**listed, path: manifest.Entry("gone", manifest.digest("mine"))}
        (tmp_path / "out/6.12" / manifest.NAME).write_text(manifest.spell(entries), encoding="utf-8")
        for force in (False, True):
            build([small("raw")], tmp_path / "out", force=force)
            assert outside.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"outputs": 3}', '{"outputs": {"a": []}}', "[" * 100_000])
def test_a_broken_manifest_costs_no_files(tmp_path, broken):
    build([small("raw")], tmp_path)
    (tmp_path / "6.12" / manifest.NAME).write_text(broken, encoding="utf-8")
    mine = tmp_path / "6.12/kernel/bpf/raw_iter.c"
    mine.write_text("edited", encoding="utf-8")
    with pytest.raises(KiterError) as caught:
        build([small("raw")], tmp_path)
    assert caught.value.status == FINDINGS
    assert mine.read_text(encoding="utf-8") == "edited"


def test_a_folder_that_another_run_makes_meanwhile_is_no_error(tmp_path, monkeypatch):
    real = Path.mkdir

    def twice(self, *arguments, **options):
        real(self, *arguments, **options)
        raise FileExistsError(errno.EEXIST, "File exists", str(self))

    monkeypatch.setattr(Path, "mkdir", twice)
    build([small("raw")], tmp_path)
    assert (tmp_path / "6.12" / small("raw").outputs[0].path).is_file()


def test_two_runs_at_once_lose_nothing(tmp_path, monkeypatch):
    """The second waits for the first, and then sees what it has listed."""
    waiting = Event()
    lock = fcntl.flock

    def announced(handle: int, how: int) -> None:
        try:
            lock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting.set()
            lock(handle, how)

    monkeypatch.setattr(write.fcntl, "flock", announced)
    with ThreadPoolExecutor(2) as pool:
        with write.alone(tmp_path / "out"):
            planned = plan(small("raw"), tmp_path / "out")
            second = pool.submit(build_alone, small("cursor_flag"), tmp_path / "out")
            second.add_done_callback(lambda _: waiting.set())
            waiting.wait()
            assert not second.done()
            write.write(planned)
        second.result()
    listed = manifest.load(tmp_path / "out" / small("raw").target)
    assert {entry.iterator for entry in listed.values()} == {
        small("raw").iterator,
        small("cursor_flag").iterator,
        "",
    }


def build_alone(rendered: Rendered, out: Path):
    with write.alone(out):
        return write.write(plan(rendered, out))


def plan(rendered: Rendered, out: Path):
    return write.plan([rendered], out / rendered.target, whole=False)
