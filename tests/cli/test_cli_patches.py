# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint --patch` and `--range`: iterators of a series as they are after it."""

from __future__ import annotations

import io
import json
import quopri
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiter.cli.main import main

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "tests/errors/source/good.c").read_text("utf-8")
FILE = "kernel/bpf/x_iter.c"
WHO = ("-c", "user.name=Ann Author", "-c", "user.email=ann@example.org")


def git(tree: Path, *words: str) -> str:
    """What git says in a tree."""
    done = subprocess.run(["git", "-C", tree, *WHO, *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def tree(tmp_path):
    """A tree whose branch `walks` adds a right iterator and then takes what empties it away."""
    tree = tmp_path / "linux"
    (tree / "kernel/bpf").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "master", str(tree))
    (tree / "Makefile").write_text("VERSION = 6\n")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "Linux")
    git(tree, "checkout", "-qb", "walks")
    (tree / FILE).write_text(GOOD)
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "bpf: Add an iterator")
    (tree / FILE).write_text(GOOD.replace("\tkit->pos = NULL;\n\tswitch", "\tswitch"))
    git(tree, "commit", "-qam", "bpf: Do without a store")
    return tree


@pytest.fixture
def mbox(tree):
    """Both patches in a mailbox; the tree is as it was before them."""
    path = tree.parent / "series.mbox"
    path.write_text(git(tree, "format-patch", "--stdout", "master"))
    git(tree, "checkout", "-q", "master")
    return path


def lint(*words: object) -> int:
    """`kiter lint` for Linux 6.12."""
    return main(["lint", "--target", "6.12", *map(str, words)])


def test_an_error_is_told_at_its_line_of_the_patch(mbox, tree, capsys):
    assert lint("--patch", mbox, "--tree", tree, "--format", "json") == 1
    (found,) = json.loads(capsys.readouterr().err)
    line = mbox.read_text().split("\n")[found["line"] - 1]
    assert found["code"] == "I01" and found["file"] == str(mbox)
    assert line.strip(" +\t") == "return -EINVAL;" and line == found["source"]


def test_a_right_series_has_no_error(tree, mbox, capsys):
    first = mbox.with_name("first.patch")
    first.write_text(git(tree, "format-patch", "--stdout", "walks~2..walks~1"))
    assert lint("--patch", first, "--tree", tree) == 0
    assert "no error in x" in capsys.readouterr().out


def test_a_range_is_told_at_the_lines_of_the_file(tree, capsys):
    assert lint("--tree", tree, "--range", "master..walks", "--format", "github") == 1
    said = capsys.readouterr().err
    assert re.search(rf"file={FILE},line=\d+,.*I01", said)
    assert re.search(r"%0A  \d+: return -EINVAL%0A", said), "the way is there, each line with its number"


def test_a_mail_quotes_the_line_and_has_the_point_below(mbox, tree, capsys):
    assert lint("--patch", mbox, "--tree", tree, "--format", "mail") == 1
    said = capsys.readouterr().out
    assert "To: Ann Author <ann@example.org>" in said and "Subject: Re: [PATCH 1/2]" in said
    assert re.search(r"^> \+\t\treturn -EINVAL;\n\n'pos' is not stored", said, re.MULTILINE)
    assert "\n\n\n" not in said
    assert all(len(line) <= 80 for line in said.split("\n") if not line.startswith(">"))


def test_an_iterator_that_is_not_touched_is_not_judged(mbox, tree, capsys):
    git(tree, "merge", "-q", "walks")
    (tree / FILE).write_text((tree / FILE).read_text() + "/* the end */\n")
    diff = mbox.with_name("end.diff")
    diff.write_text(git(tree, "diff"))
    git(tree, "checkout", "-q", FILE)
    assert lint("--patch", diff, "--tree", tree) == 0
    assert "no iterator is touched" in capsys.readouterr().out


def test_what_is_staged_is_judged_before_it_is_committed(tree, capsys):
    (tree / FILE).write_text(GOOD)
    git(tree, "add", "-A")
    assert lint("--tree", tree, "--staged") == 0
    (tree / FILE).write_text(GOOD.replace("\tkit->pos = NULL;\n\tswitch", "\tkit->flags = 0;\n\tswitch"))
    assert lint("--tree", tree, "--staged") == 0, "it is not staged"
    git(tree, "add", "-A")
    assert lint("--tree", tree, "--staged") == 1
    assert f"{FILE}:" in capsys.readouterr().err


def test_a_mail_that_is_encoded_is_read(mbox, tree, monkeypatch, capsys):
    text = mbox.read_text()
    head, _, body = text.partition("\n\n")
    encoded = quopri.encodestring(body.partition("\nFrom ")[0].encode()).decode()
    mail = f"{head}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((mail + encoded).encode())))
    assert lint("--patch", "-", "--tree", tree) == 0
    assert "no error in x" in capsys.readouterr().out


def test_what_does_not_apply_is_told_with_its_line(mbox, tree, capsys):
    (tree / FILE).parent.mkdir(parents=True)
    second = mbox.with_name("second.patch")
    second.write_text(git(tree, "format-patch", "--stdout", "walks~1..walks"))
    (tree / FILE).write_text(GOOD.replace("kit->pos = NULL;", "kit->task = NULL;"))
    assert lint("--patch", second, "--tree", tree) == 2
    assert re.search(r"second\.patch:\d+: error\[S41\]", capsys.readouterr().err)
    (tree / FILE).unlink()
    assert lint("--patch", second, "--tree", tree) == 2
    assert "S40" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "hello\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "From \n", "\0"])
def test_what_is_no_patch_is_told(tmp_path, capsys, text):
    path = tmp_path / "x.patch"
    path.write_text(text)
    assert lint("--patch", path, "--tree", tmp_path) == 2
    assert re.search(r"S4[0-2]", capsys.readouterr().err)


@pytest.mark.parametrize("path", ["../outside.c", "a/../../outside.c"])
@pytest.mark.parametrize("old", [True, False])
def test_a_path_that_leaves_the_tree_is_refused(tmp_path, capsys, path, old):
    (tmp_path / "outside.c").write_text("int x;\n")
    (tmp_path / "tree/a").mkdir(parents=True)
    before = f"a/{path}" if old else "/dev/null"
    rows = "@@ -1 +1 @@\n-int x;\n+int y;\n" if old else "@@ -0,0 +1 @@\n+int y;\n"
    patch = tmp_path / "x.patch"
    patch.write_text(f"--- {before}\n+++ b/{path}\n{rows}")
    assert lint("--patch", patch, "--tree", tmp_path / "tree") == 2
    assert "outside of the tree" in capsys.readouterr().err


def test_a_mail_that_is_cut_off_is_told_so(mbox, tree, capsys):
    cut = mbox.with_name("cut.patch")
    text = mbox.read_text()
    cut.write_text(text[: text.index("\n", text.index("@@ -")) + 40])
    assert lint("--patch", cut, "--tree", tree) == 2
    told = capsys.readouterr().err
    assert f"the patch of {FILE} is cut off" in told and "/dev/null" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--tree", "."), "--tree is for a series"),
        (("--format", "mail"), "--format mail is for a series"),
        (("--patch", "x", "--fix"), "--patch does not go with --fix"),
        (("--staged", "x.yaml"), "--staged does not go with a spec"),
        (("--range", "a..b", "--kernel", "7.3"), "--kernel does not go with --range"),
        (("x.yaml", "--kernel-source", "x.c"), "--kernel-source does not go with a spec"),
        (("--design", "--kernel-source", "x.c"), "--kernel-source does not go with --design"),
        (("x.c",), "x.c is C, which --kernel-source judges"),
    ],
)
def test_options_that_do_not_go_together_are_named(words, told, capsys):
    assert lint(*words) == 2
    assert f"error[E02]: {told}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["main", "..main", "", "a...b", "--all..b"])
def test_a_range_is_two_commits(text, capsys):
    assert lint("--tree", ".", f"--range={text}") == 2
    assert f"'{text}' is no A..B" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--patch", "x"), ("--range", "a..b"), ("--staged",)])
def test_a_tree_that_is_not_there_is_told(words, tmp_path, capsys):
    assert lint("--tree", tmp_path / "none", *words) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_c_in_another_encoding_is_told(tmp_path, capsys):
    path = tmp_path / "x.c"
    path.write_bytes(GOOD.encode("utf-16"))
    for more in ((), ("--fix",), ("--diff",)):
        assert lint(*more, "--kernel-source", path) == 2
        assert "error[S02]: it is UTF-16, not UTF-8" in capsys.readouterr().err


def test_files_without_an_iterator_are_no_finding(tmp_path, capsys):
    path = tmp_path / "x.c"
    path.write_text("int x;\n")
    assert lint("--kernel-source", path) == 2
    assert "none of the files has an iterator" in capsys.readouterr().err


def test_a_commit_of_nothing_is_let_through(tree, capsys):
    assert lint("--tree", tree, "--staged") == 0
    assert "no iterator is touched" in capsys.readouterr().out


def test_a_file_or_range_that_is_not_there_is_told(tmp_path, capsys):
    assert lint("--patch", tmp_path / "none") == 2
    assert lint("--tree", tmp_path, "--range", "a..b") == 2
    assert "S01" in capsys.readouterr().err
