# SPDX-License-Identifier: GPL-2.0-only
"""`kiter mutate`: what it lists and refuses, and what it says of bugs that live and of those that do not."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from kiter.cli.main import main

SPECS = Path(__file__).parents[2] / "specs"


def mutate(capsys, *arguments):
    status = main(["mutate", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_it_lists_what_it_would_seed(capsys):
    status, out, _ = mutate(capsys, SPECS / "css.yaml", "--list", "--only", "new-*")
    assert status == 0
    assert out.startswith("css\n  new-errno ")
    assert "next-" not in out


@pytest.mark.parametrize("only", ["nothing-*", "css"])
def test_a_pattern_without_a_bug_is_an_error(capsys, only):
    status, out, err = mutate(capsys, SPECS / "css.yaml", "--only", only)
    assert (status, out) == (2, "")
    assert f"error[R72]: no seeded bug has such a name: {only}" in err
    assert "kiter mutate --list" in err


def test_it_asks_for_a_spec(capsys):
    status, _, err = mutate(capsys)
    assert status == 2
    assert "SPEC" in err


def test_a_spec_that_is_no_module_is_an_error(capsys):
    status, _, err = mutate(capsys, SPECS / "scx_dsq.yaml", "--kernel", "6.12")
    assert status == 2
    assert "error[R44]" in err


@pytest.mark.vm
def test_a_bug_that_lives_is_told_and_one_that_is_found_is_counted(capsys, tmp_path):
    """No oracle says which processes there are, so that nobody misses one; but RCU is missed."""
    name = f"mut_{uuid4().hex[:8]}"
    text = (SPECS / "letter/process.yaml").read_text().replace("iterator: process", f"iterator: {name}")
    spec = tmp_path / f"{name}.yaml"
    spec.write_text(text.replace("  expect: processes\n", ""))
    chosen = (spec, "--only", "skipped", "--only", "new-KF_*")
    status, out, err = mutate(capsys, *chosen)
    assert status == 1
    assert f"error[R70]: {name}:skipped: every other element is left out: no test finds it" in err
    assert "hint: say with 'expect:' what user space sees of the walk" in err
    assert "1 of 2 found (50 %)" in out
    status, out, _ = mutate(capsys, *chosen, "--format", "json")
    skipped, unprotected = json.loads(out)["mutants"]
    assert (status, skipped["by"], skipped["found"]) == (1, "survived", False)
    assert (unprotected["by"], unprotected["detail"].partition(":")[0]) == ("test", "outside_rcu")
