# SPDX-License-Identifier: GPL-2.0-only
"""What can be wrong beside the spec: the machine, the options, files that are somebody else's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from build_support import GOOD, runner, tree

from kiter.target.profile import verified

EDIT = "int somebody_was_here;\n"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def run(out, capsys):
    return runner(out, capsys)


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def kfuncs(out: Path) -> Path:
    return out / "6.12/kernel/bpf/spoilt_iter.c"


# --- files in the way ----------------------------------------------------------------------------


def test_edited_output_is_refused_until_forced(run, good, out):
    assert run("build", good, "-o", out, "--no-check").status == 0
    fresh = kfuncs(out).read_text(encoding="utf-8")
    kfuncs(out).write_text(fresh + EDIT, encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.codes == ["O02"] and told.untouched
    assert told.err.startswith(f"{kfuncs(out)}: error[O02]") and "--force" in told.err
    assert run("build", good, "-o", out, "--no-check", "--force").status == 0
    assert kfuncs(out).read_text(encoding="utf-8") == fresh


def test_foreign_files_are_refused_all_at_once(run, good, out):
    declarations = out / "6.12/tools/testing/selftests/bpf/bpf_experimental.h.d/spoilt.h"
    for path in (kfuncs(out), declarations):
        path.parent.mkdir(parents=True)
        path.write_text(EDIT, encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.codes == ["O01", "O01"] and told.untouched
    assert str(kfuncs(out)) in told.err and str(declarations) in told.err


def test_binary_file_or_folder_in_the_way_is_foreign(run, good, out):
    kfuncs(out).mkdir(parents=True)
    page = out / "6.12/Documentation/bpf/bpf_iter_spoilt.rst"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"\xff\x00")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.codes == ["O01", "O01"] and told.untouched


def test_edited_output_that_would_go_is_refused(run, good, out, tmp_path):
    assert run("build", good, "-o", out, "--no-check").status == 0
    fragment = next((out / "6.12/kernel/bpf/helpers.c.d").iterdir())
    fragment.write_text(EDIT, encoding="utf-8")
    placement = "placement: {set: {programs: [syscall]}}\n"
    good.write_text(GOOD.replace("includes:", f"{placement}includes:"), encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.codes == ["O02"] and told.untouched


# --- a folder that cannot be written -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["below a file", "proc", "a device", "folder for a file"])
def test_folder_that_cannot_be_written(run, good, out, tmp_path, kind):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    where = {
        "below a file": tmp_path / "file/out",
        "proc": Path("/proc/kiter"),
        "a device": Path("/dev/null"),
    }
    where["folder for a file"] = out
    if kind == "folder for a file":
        (out / "6.12").mkdir(parents=True)
        (out / "6.12/kernel").write_text("mine", encoding="utf-8")
    told = run("build", good, "-o", where[kind], "--no-check")
    assert told.status == 2 and told.codes == ["E40"] and told.untouched
    assert "cannot be written" in told.err and "hint: " in told.err and "mkstemp" not in told.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_full_disk_changes_nothing(run, good, tmp_path, capsys):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32k", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small file system here")
    try:
        told = runner(disk, capsys)("build", good, "-o", disk, "--no-check")
        assert told.status == 2 and told.codes == ["E40"] and "No space left" in told.err
        assert list(disk.rglob("*")) == []
    finally:
        subprocess.run(["umount", disk], check=True)


# --- the machine and the options -----------------------------------------------------------------


def test_no_compiler(run, good, out, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    told = run("build", good, "-o", out)
    assert told.status == 2 and told.untouched and not tree(out)
    assert told.codes[0].startswith("E1") and "hint: " in told.err and "install" in told.err


def headers(folder: Path, release: str) -> Path:
    (folder / "include/generated").mkdir(parents=True)
    (folder / "include/config").mkdir()
    (folder / "include/generated/autoconf.h").write_text("#define CONFIG_BPF 1\n", encoding="utf-8")
    (folder / "include/config/kernel.release").write_text(release, encoding="utf-8")
    return folder


def test_headers_too_old(run, good, out, tmp_path):
    told = run("build", good, "-o", out, "--headers", headers(tmp_path / "old", "5.10.0"))
    assert (told.status, told.codes, told.untouched) == (2, ["E11"], True)
    assert "5.10" in told.err and not tree(out)


def test_headers_that_are_none(run, good, out, tmp_path):
    told = run("build", good, "-o", out, "--headers", tmp_path)
    assert (told.status, told.codes, told.untouched) == (2, ["E12"], True)


@pytest.mark.parametrize("command", ["build", "lint"])
def test_bad_target(run, good, command):
    told = run(command, good, "--target", "2.4")
    assert told.status == 2 and told.codes == ["E30"] and "6.12" in told.err


def test_bad_option(run, good):
    told = run("build", good, "--no-chek")
    assert told.status == 2 and "--no-chek" in told.err


def test_folder_stands_for_the_specs_below_it(run, good, out, tmp_path):
    deep = tmp_path / "specs/deeper"
    deep.mkdir(parents=True)
    good.rename(deep / "good.yml")
    told = run("build", tmp_path / "specs", "-o", out, "--no-check")
    assert told.status == 0 and kfuncs(out).is_file()


def test_same_spec_twice_is_one(run, good, out):
    told = run("build", good, f"{good.parent}/./{good.name}", "-o", out, "--no-check")
    assert told.status == 0 and told.out.startswith("1 iterator for Linux 6.12: ")


# --- for programs that read the result -----------------------------------------------------------


def test_json_says_what_was_done(run, good, out):
    first = json.loads(run("build", good, "-o", out, "--no-check", "--format", "json").out)["targets"]
    assert [facts["target"] for facts in first] == [target.release for target in verified()]
    assert all("kernel/bpf/spoilt_iter.c" in facts["written"] and facts["checks"] == [] for facts in first)
    again = json.loads(run("build", good, "-o", out, "--no-check", "--format", "json").out)["targets"]
    for facts in again:
        assert facts["written"] == []
        assert facts["unchanged"] == len(tree(out / facts["target"])) - 1


# --- several targets -----------------------------------------------------------------------------


def test_one_target_alone(run, good, out):
    assert run("build", good, "-o", out, "--target", "7.3", "--no-check").status == 0
    assert [path.name for path in out.iterdir()] == ["7.3"]


def test_iterator_of_a_later_kernel_is_left_out_of_the_earlier_target(run, good, out):
    good.write_text(GOOD.replace("iterator: spoilt", "iterator: spoilt\nkernels: 6.13-"), encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 0 and "not in Linux 6.12 yet: spoilt (since 6.13)" in told.out
    assert [path.name for path in out.iterdir()] == ["7.3"]
    told = run("build", good, "-o", out, "--target", "6.12", "--no-check")
    assert told.status == 1 and "V01" in told.err
    told = run("build", good.parent, "-o", out, "--target", "6.12", "--no-check")
    assert told.status == 1 and "V01" in told.err


def test_iterator_that_no_target_has_is_an_error_once(run, good, out):
    good.write_text(GOOD.replace("iterator: spoilt", "iterator: spoilt\nkernels: 99.0-"), encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.err.count("V01") == 1 and not out.exists()


def test_error_of_every_target_is_told_once(run, good, out):
    good.write_text(GOOD.replace("iterator: spoilt", "iterator: 1st"), encoding="utf-8")
    told = run("build", good, "-o", out, "--no-check")
    assert told.status == 1 and told.err.count("S24") == 1


@pytest.mark.parametrize("command", ["build", "lint"])
def test_findings_as_json(run, good, tmp_path, command):
    good.write_text(GOOD.replace("iterator: spoilt", "iterator: 1st"), encoding="utf-8")
    told = run(command, good, "--format", "json")
    (found,) = json.loads(told.err)
    assert told.status == 1 and (found["file"], found["line"], found["code"]) == (str(good), 2, "S24")
