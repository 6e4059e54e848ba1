# SPDX-License-Identifier: GPL-2.0-only
"""What keeps a series from being made is told with a reason, and leaves all as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from series_support import LETTER, ROOT, commit, series, state

from kiter.cli.main import INTERRUPTED, main
from kiter.series import draft
from tools.kernel_trees import git

MINE = LETTER / "process.yaml"


@pytest.fixture
def refused(tmp_path, capsys):
    """Run, and hold the tree to what it was; what was said."""

    def run(tree: Path, *words: object, status: int = 2, spec: Path = MINE) -> str:
        before = state(tree) if (tree / ".git").exists() else None
        out = tmp_path / "out"
        there = sorted(out.iterdir()) if out.exists() else None
        assert series(tree, spec, "-o", out, "--no-check", *words) == status
        assert before is None or state(tree) == before
        assert (sorted(out.iterdir()) if out.exists() else None) == there
        return capsys.readouterr().err

    return run


def test_no_kernel(tmp_path, refused):
    assert "A01" in refused(tmp_path)


def test_no_git(tree, refused):
    shutil.rmtree(tree / ".git")
    assert "M01" in refused(tree)


def test_a_bare_clone(tree, tmp_path, refused):
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", tree, bare], check=True)
    said = refused(bare)
    assert "M01" in said and "bare" in said


def test_a_shallow_clone(tree, tmp_path, refused):
    commit_twice = tree / "README"
    commit_twice.write_text("more\n")
    commit(tree)
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{tree}", shallow], check=True)
    assert "M02" in refused(shallow)


def test_a_detached_head(tree, refused):
    git(tree, "checkout", "-q", "--detach")
    assert "M03" in refused(tree)


def test_a_branch_without_a_commit(tree, refused):
    git(tree, "checkout", "-q", "--orphan", "new")
    git(tree, "rm", "-rq", "--cached", ".")
    assert "M03" in refused(tree)


def test_nobody(tree, refused):
    git(tree, "config", "--unset", "user.email")
    said = refused(tree)
    assert "M04" in said and "user.name" in said


def test_a_dirty_tree(tree, refused):
    file = tree / "kernel/bpf/arraymap.c"
    file.write_text(file.read_text() + "/* mine */\n")
    said = refused(tree, status=1)
    assert "A02" in said and "arraymap.c" in said


def test_a_rebase_under_way(tree, refused):
    (tree / ".git/rebase-merge").mkdir()
    assert "a rebase is under way" in refused(tree, status=1)


def test_what_apply_put_there_is_no_dirt_but_an_edit_of_it_is(tree, tmp_path, refused, capsys):
    assert main(["apply", "--tree", str(tree), str(MINE)]) == 0
    assert series(tree, MINE, "-o", tmp_path / "other", "--no-check", "--no-cc") == 0
    git(tree, "branch", "-D", "-q", "kiter/process-v1")
    page = tree / "Documentation/bpf/bpf_iter_process.rst"
    page.write_text(page.read_text() + "More.\n")
    capsys.readouterr()
    said = refused(tree, status=1)
    assert "A05" in said and "bpf_iter_process.rst" in said


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("kernel/bpf/helpers.c", "(common_btf_ids)", "(usual_btf_ids)"),
        ("Documentation/bpf/index.rst", "   bpf_iterators\n", ""),
    ],
)
def test_a_missing_place(tree, refused, path, old, new):
    (tree / path).write_text((tree / path).read_text().replace(old, new))
    commit(tree)
    said = refused(tree, status=1)
    assert "A03" in said and path in said


def test_a_name_that_the_tree_has(tree, refused):
    assert "A04" in refused(tree, status=1, spec=ROOT / "specs/css.yaml")


def test_nothing_to_send(tree, refused, capsys):
    assert main(["apply", "--tree", str(tree), str(MINE)]) == 0
    commit(tree)
    assert "M06" in refused(tree, status=1)


def test_a_branch_of_the_users(tree, refused):
    git(tree, "branch", "kiter/process-v1")
    assert "M05" in refused(tree, status=1)


def test_a_branch_that_the_user_went_on_with(tree, tmp_path, refused, capsys):
    assert series(tree, MINE, "-o", tmp_path / "out", "--no-check", "--no-cc") == 0
    git(tree, "checkout", "-q", "kiter/process-v1")
    said = refused(tree, "--base", "master", status=1)
    assert "M05" in said and "checked out" in said
    commit_on_top = tree / "README"
    commit_on_top.write_text("more\n")
    commit(tree)
    git(tree, "checkout", "-q", "master")
    assert "did not make" in refused(tree, status=1)


def test_no_name_for_a_branch(tree, refused):
    assert "M05" in refused(tree, "--branch", "a..b")


def test_a_base_that_is_none(tree, refused):
    assert "M10" in refused(tree, "--base", "nowhere")


def test_no_version_before(tree, refused):
    said = refused(tree, "-v", "2", status=1)
    assert "M07" in said and "no v1" in said


def test_mails_of_another_series(tree, tmp_path, refused):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/0002-mine.patch").write_text("From me\n")
    assert "M08" in refused(tree, "--no-cc", status=1)


def test_no_perl(tree, tmp_path, refused, monkeypatch):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(os, "defpath", str(tools))
    assert "E19" in refused(tree)


def test_no_maintainers(tree, refused):
    git(tree, "rm", "-q", "MAINTAINERS")
    commit(tree)
    assert "M13" in refused(tree)


@pytest.mark.parametrize("step", ["mails", "publish"])
@pytest.mark.parametrize("reason", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_end_in_the_middle(tree, tmp_path, monkeypatch, step, reason):
    before = state(tree)

    def fail(*_):
        raise reason

    monkeypatch.setattr(draft, step, fail)
    status = series(tree, MINE, "-o", tmp_path / "out", "--no-check", "--no-cc")
    assert status == (INTERRUPTED if reason is KeyboardInterrupt else 2)
    assert state(tree) == before
    assert not list((tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else True


def test_a_folder_that_cannot_be_written(tree, tmp_path, refused):
    (tmp_path / "file").write_text("")
    before = state(tree)
    assert series(tree, MINE, "-o", tmp_path / "file/out", "--no-check", "--no-cc") == 2
    assert state(tree) == before
