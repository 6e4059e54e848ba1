# SPDX-License-Identifier: GPL-2.0-only
"""The checks of a series find what is wrong, at the lines of patch and spec; nothing is written then."""

from __future__ import annotations

import json
import re

import pytest
from series_support import LETTER, ROOT, series, state

from kiter.kernel import headers
from tools.kernel_trees import git

GUARDED = LETTER / "letter_css.yaml"


def table(said: str) -> dict[str, dict[str, str]]:
    return json.loads(said)["checks"]


@pytest.mark.parametrize("version", ["6.12", "7.3"])
def test_every_patch_passes_every_check(version, clones, tmp_path, capsys):
    if version not in {found.profile for found in headers.installed()}:
        pytest.skip(f"no headers of Linux {version} here")
    tree = clones.clone(version, tmp_path / "tree")
    assert series(tree, GUARDED, "-o", tmp_path / "out", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    rows = list(found["checks"].values())
    assert found["kernel"].startswith(version) and len(rows) == 3
    everywhere = {"applies": "ok", "space": "ok", "checkpatch": "ok"}
    kernel = ("compiles", "option off", "sparse", "kernel-doc")
    assert rows[0] == {**everywhere, **dict.fromkeys(kernel, "ok"), "selftests": "-"}
    assert rows[1] == {**everywhere, **dict.fromkeys(kernel, "-"), "selftests": "ok"}
    assert rows[2] == {**everywhere, **dict.fromkeys((*kernel, "selftests"), "-")}
    assert len(list((tmp_path / "out").iterdir())) == 4


# one of each way to join a kernel: a file, a list in the verifier, a header, a part of a file, a module's
# file, and one that is private to a file
JOINING = ("css", "css_task", "num", "scx_dsq", "testmod_seq", "proposed/workqueue")
OLDER = ("css", "num")
LINUX = tuple(path.stem for path in sorted((ROOT / "specs").glob("*.yaml")))
YOUNGER = ("dmabuf", "kmem_cache")  # than 6.12


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("7.3", JOINING),
        ("6.12", OLDER),
        pytest.param("7.3", LINUX, marks=pytest.mark.breadth),
        pytest.param("6.12", tuple(n for n in LINUX if n not in YOUNGER), marks=pytest.mark.breadth),
    ],
    ids=["7.3", "6.12", "7.3-all", "6.12-all"],
)
def test_the_iterators_of_linux_pass_as_one_series(version, names, clones, tmp_path, capsys):
    """In the place of what the kernel has as hand-written code."""
    if version not in {found.profile for found in headers.installed()}:
        pytest.skip(f"no headers of Linux {version} here")
    tree = clones.clone(version, tmp_path / "tree")
    specs = [ROOT / f"specs/{name}.yaml" for name in names]
    words = ("--name", "all", "--replace", "--no-cc", "--format", "json")
    assert series(tree, *specs, "-o", tmp_path / "out", *words) == 0, capsys.readouterr().err
    rows = table(capsys.readouterr().out)
    assert len(rows) >= 2 * len(specs)
    # of an iterator of an option that these headers lack, no program can be judged
    unknown = {label for label, row in rows.items() if "?" in row.values()}
    assert all("scx_dsq" in label for label in unknown)
    assert {cell for row in rows.values() for cell in row.values()} <= {"ok", "-", "?"}


def test_what_does_not_compile_is_told_at_the_spec(tree, tmp_path, capsys):
    spec = tmp_path / "process.yaml"
    spec.write_text((LETTER / "process.yaml").read_text().replace("next_task(pos)", "next_task_ever(pos)"))
    before = state(tree)
    assert series(tree, spec, "-o", tmp_path / "out", "--no-cc") == 1
    said = capsys.readouterr()
    line = 1 + next(n for n, text in enumerate(spec.read_text().splitlines()) if "next_task_ever" in text)
    assert f"{spec}:{line}:" in said.err and "error[B01]" in said.err
    place = re.search(r"1/3 bpf: [^:]*: kernel/bpf/task_iter\.c:(\d+) \((0001-\S+\.patch):(\d+)\)", said.err)
    assert place and "nothing was written" in said.out and "wrong" in said.out
    assert state(tree) == before and not (tmp_path / "out").exists()


def test_what_checkpatch_minds_is_told(tree, tmp_path, capsys):
    spec = tmp_path / "process.yaml"
    text = (LETTER / "process.yaml").read_text()
    spec.write_text(f"{text}series:\n  motivation: It is neccessary, and nothing but {'x' * 80} helps.\n")
    assert series(tree, spec, "-o", tmp_path / "out", "--no-cc") == 1
    said = capsys.readouterr().err
    assert "error[B04]: 1/3 bpf: " in said and "TYPO_SPELLING" in said and "COMMIT_LOG_LONG_LINE" in said
    assert git(tree, "for-each-ref", "refs/heads/kiter", "refs/kiter") == ""


def test_a_new_file_that_nobody_maintains_is_told(tree, tmp_path, capsys):
    """checkpatch asks that of every new file; the answer is in MAINTAINERS."""
    maintainers = tree / "MAINTAINERS"
    lines = [line for line in maintainers.read_text().splitlines() if not re.match(r"^F:.*(/bpf|bpf)", line)]
    maintainers.write_text("\n".join(lines) + "\n")
    git(tree, "commit", "-qam", "nobody cares for BPF")
    assert series(tree, GUARDED, "-o", tmp_path / "out", "--no-cc") == 1
    assert "FILE_PATH_CHANGES" in capsys.readouterr().err


def test_what_failed_for_a_folder_that_was_missing_passes_when_it_is_there(tree, tmp_path, capsys):
    git(tree, "rm", "-rq", "tools/include")
    git(tree, "commit", "-qm", "no headers for the tools")
    assert series(tree, GUARDED, "-o", tmp_path / "out", "--no-cc") == 2
    assert "error[E20]" in capsys.readouterr().err
    git(tree, "revert", "--no-edit", "HEAD")
    assert series(tree, GUARDED, "-o", tmp_path / "out", "--no-cc") == 0, capsys.readouterr().err


# the series of letter_css has the older kernel's verifier compiled
@pytest.mark.parametrize("version", ["7.3", pytest.param("6.12", marks=pytest.mark.breadth)])
def test_the_tree_s_own_files_are_compiled_as_the_patch_leaves_them(
    version, clones, tmp_path, monkeypatch, capsys
):
    """The verifier among them, for an iterator that has a list of programs."""
    if version not in {found.profile for found in headers.installed()}:
        pytest.skip(f"no headers of Linux {version} here")
    clones.clone(version, tmp_path / "tree")
    text = (ROOT / "specs/css_task.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("iterator: css_task", "iterator: mine"))
    monkeypatch.chdir(tmp_path)
    assert series("tree", "mine.yaml", "-o", "out", "--no-cc", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["skipped"] == []
    first = next(iter(found["checks"].values()))
    assert {first[name] for name in ("compiles", "option off", "sparse", "kernel-doc")} == {"ok"}
