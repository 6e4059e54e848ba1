# SPDX-License-Identifier: GPL-2.0-only
"""The pre-commit hooks and the GitHub action, run as the files say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "tests/errors/source/good.c").read_text("utf-8").replace(" | KF_TRUSTED_ARGS", "")
BAD = GOOD.replace("\tkit->pos = NULL;\n\tswitch", "\tswitch")
FILE = "kernel/bpf/x_iter.c"
HOOKS = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@pytest.fixture
def environment(tmp_path):
    """Programs of this checkout, and a pip that only notes what it is to install."""
    programs = tmp_path / "bin"
    programs.mkdir()
    installed = tmp_path / "installed"
    for name, does in (
        ("kiter", f'exec {sys.executable} -m kiter.cli.main "$@"'),
        ("pip", f'echo "$@" > {installed}'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    kept = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    kept |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "NO_COLOR": "1"}
    return kept | {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "gen")}


@pytest.fixture
def tree(tmp_path, environment):
    """A kernel tree of one commit."""
    tree = tmp_path / "linux"
    (tree / "kernel/bpf").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 7\n")
    for words in (["init", "-q", "-b", "master"], ["add", "-A"], ["commit", "-qm", "Linux"]):
        subprocess.run(["git", *words], cwd=tree, env=environment, check=True)
    return tree


def staged(tree: Path, environment: dict[str, str], path: str, text: str) -> None:
    """Put a file into the next commit."""
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text)
    subprocess.run(["git", "add", "-A"], cwd=tree, env=environment, check=True)


def hooked(tree: Path, environment: dict[str, str], name: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does for a commit of one file."""
    hook = HOOKS[name]
    assert re.search(hook["files"], path), "the hook would not run"
    given = [path] if hook.get("pass_filenames", True) else []
    words = [*shlex.split(hook["entry"]), *given]
    return subprocess.run(words, cwd=tree, env=environment, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (BAD, 1)])
def test_the_hook_for_c_judges_what_is_staged(tree, environment, text, status):
    staged(tree, environment, FILE, text)
    done = hooked(tree, environment, "kiter-lint-c", FILE)
    assert done.returncode == status, done.stderr
    assert ("error[I01]" in done.stderr) == bool(status)


@pytest.mark.parametrize(("key", "status"), [("summary:", 0), ("sumary:", 1)])
def test_the_hook_for_specs_checks_those_that_are_given(tree, environment, key, status):
    text = (ROOT / "specs/num.yaml").read_text("utf-8").replace("summary:", key)
    staged(tree, environment, "specs/num.yaml", text)
    done = hooked(tree, environment, "kiter-lint", "specs/num.yaml")
    assert done.returncode == status, done.stderr


def test_the_action_judges_the_commits_of_a_pull_request(tree, environment, tmp_path):
    subprocess.run(["git", "checkout", "-qb", "walks"], cwd=tree, env=environment, check=True)
    for text, message in ((GOOD, "add"), (BAD, "break")):
        staged(tree, environment, FILE, text)
        subprocess.run(["git", "commit", "-qm", message], cwd=tree, env=environment, check=True)
    assert _acted(tree, environment, "master..walks~1")[-1].returncode == 0
    done = _acted(tree, environment, "master..walks")[-1]
    assert done.returncode == 1
    assert re.search(rf"^::error file={FILE},line=\d+,.*I01", done.stderr, re.MULTILINE)
    assert (tmp_path / "installed").read_text().split() == ["install", str(ROOT)]


def _acted(tree: Path, environment: dict[str, str], commits: str) -> list[subprocess.CompletedProcess[str]]:
    """Run the steps of the action that are shell, each with what the inputs make of its environment."""
    inputs = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()} | {
        "range": commits
    }
    steps = [step for step in ACTION["runs"]["steps"] if "run" in step]
    assert all(step["shell"] == "bash" for step in steps) and len(steps) > 1
    done = []
    for step in steps:
        given = {key: _filled(value, inputs) for key, value in step.get("env", {}).items()}
        env = {**environment, **given, "GITHUB_ACTION_PATH": str(ROOT)}
        words = ["bash", "-e", "-c", step["run"]]
        done.append(subprocess.run(words, cwd=tree, env=env, check=False, capture_output=True, text=True))
    return done


def _filled(text: str, inputs: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], text)
