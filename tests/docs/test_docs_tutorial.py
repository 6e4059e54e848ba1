# SPDX-License-Identifier: GPL-2.0-only
"""docs/tutorial.md: its commands in their order, from an empty folder to mails, with an extract of Linux."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tools.kernel_trees import repository

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)
(SPEC,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(FINDING,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
GIT = {
    f"GIT_{who}_{what}": "ann@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
ENVIRONMENT = {**os.environ, **GIT, "PYTHONPATH": str(ROOT / "gen"), "NO_COLOR": "1"}


def run(line: str, folder: Path, linux: Path) -> str:
    """What a command of the page prints, in a folder."""
    program, *words = shlex.split(
        line.replace("https://git.kernel.org/pub/scm/linux/kernel/git/bpf/bpf-next.git", str(linux))
    )
    kiter = [sys.executable, "-m", "kiter.cli.main"]
    command = [*(kiter if program == "kiter" else [program]), *words]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def through(folder: Path, linux: Path, left_out: str) -> None:
    """Every command but those that match, quickly where something is left out."""
    for line in COMMANDS:
        checks = " --no-check" if left_out and re.match("kiter (?:build|series)", line) else ""
        if not (left_out and re.match(left_out, line)):
            run(line + checks, folder, linux)
        if line.startswith("kiter new"):
            (folder / "specs" / "thread.yaml").write_text(SPEC)


@pytest.fixture
def linux(tmp_path):
    """What stands in for bpf-next."""
    return repository("7.3", tmp_path / "base") or pytest.skip("no sources of Linux 7.3 here")


def test_its_commands_lead_to_a_series(tmp_path, linux):
    through(tmp_path, linux, "kiter run")
    mails = sorted(path.name for path in (tmp_path / "outgoing").glob("*.patch"))
    assert [name[:4] for name in mails] == ["0000", "0001", "0002", "0003"]
    assert (tmp_path / "out/7.3/kernel/bpf/thread_iter.c").exists()


@pytest.mark.breadth
@pytest.mark.vm
def test_its_run_is_told_in_the_series(tmp_path, linux):
    through(tmp_path, linux, "")
    (cover,) = (tmp_path / "outgoing").glob("0000-*.patch")
    assert re.search(r"^thread was tested on Linux .*", cover.read_text("utf-8"), re.MULTILINE)


def test_what_is_forgotten_is_found_as_the_page_shows(tmp_path):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/thread.yaml").write_text(SPEC.replace("keep: rcu, ", ""))
    lint = [sys.executable, "-m", "kiter.cli.main", "lint", "specs/thread.yaml"]
    done = subprocess.run(lint, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and FINDING in done.stderr
