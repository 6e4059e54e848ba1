# SPDX-License-Identifier: GPL-2.0-only
"""`kiter sync`: what differs from a kernel is told at the spec, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiter.btf.elf import Elf
from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import btf_files

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def source():
    try:
        return btf_files.find("6.12")
    except KiterError as error:
        pytest.skip(str(error))


def run(capsys, *words: object) -> tuple[int, str, str]:
    status = main(["sync", *map(str, words)])
    out, err = capsys.readouterr()
    return status, out, err


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (SPECS / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new))
    return tmp_path / name


def test_the_specs_are_in_step(capsys, source):
    status, out, err = run(capsys, "--kernel", source.release, SPECS / "task.yaml", SPECS / "css.yaml")
    assert (status, err) == (0, "")
    assert out.count("the same to BPF programs") == 2
    assert "known: BPF_CGROUP_ITER_SELF_ONLY" in out


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("task.yaml", "  flags:\n", "  flags:\n    type: u64\n"), "D01", "u64 flags"),
        (("task.yaml", "BPF_TASK_ITER_ALL_PROCS", "BPF_TASK_ITER_EVERY"), "D04", "the kernel lacks it"),
    ],
)
def test_drift_is_told_at_the_spec(capsys, tmp_path, source, change, code, said):  # noqa: PLR0917 - fixtures
    spec = changed(tmp_path, *change)
    status, out, err = run(capsys, "--kernel", source.release, spec)
    line = spec.read_text().splitlines().index(f"iterator: {spec.stem}") + 1
    assert status == 1
    assert f"{spec}:{line}:11: error[{code}]" in err
    assert said in err
    assert "to fix" in out


def test_drift_for_programs_and_for_github(capsys, tmp_path, source):
    spec = changed(tmp_path, "task.yaml", "  flags:\n", "  flags:\n    type: u64\n")
    status, out, err = run(capsys, "--kernel", source.release, spec, "--format", "json")
    assert status == 1
    (difference,) = json.loads(out)["iterators"]["task"]["differences"]
    assert difference["aspect"] == "bpf_iter_task_new"
    assert difference["ours"] == difference["theirs"].replace("unsigned int", "u64")
    assert json.loads(err)[0]["code"] == "D01"
    status, out, err = run(capsys, "--kernel", source.release, spec, "--format", "github")
    assert (status, out) == (1, "")
    assert err.startswith(f"::error file={spec},line=3")


def test_bare_btf_says_that_flags_were_not_compared(capsys, tmp_path, source):
    section = Elf(source.path.read_bytes(), "").data(".BTF")
    (tmp_path / "btf").write_bytes(section)
    given = ("--btf", tmp_path / "btf", SPECS / "task.yaml")
    status, out, err = run(capsys, *given)
    assert (status, out) == (2, "")
    assert "D10" in err and "--target" in err
    status, out, err = run(capsys, *given, "--target", "6.12")
    assert (status, err) == (0, "")
    assert "flags of kfuncs are not compared" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--btf", __file__], "R40"),
        (["--btf", "/nonexistent/vmlinux"], "E22"),
        (["--kernel", "2.6"], "E18"),
        (["--kernel", "6.12", str(SPECS / "letter")], "D11"),
    ],
)
def test_what_is_in_the_way_is_said(capsys, source, words, code):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert f"[{code}]" in err
