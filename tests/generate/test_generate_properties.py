# SPDX-License-Identifier: GPL-2.0-only
"""What holds whatever the specs are: same bytes, any order, no half result, no traceback."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from generate_random import random_spec
from generate_support import ROOT, SMALL, TODAY, read
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiter.cli.main import main
from kiter.generate import generate
from kiter.sinks import write
from kiter.spec.load import load
from kiter.spec.release import Range

EVERY = (*sorted((ROOT / "specs").rglob("*.yaml")), *sorted(SMALL.glob("*.yaml")))
SPECS = tuple(path for path in EVERY if TODAY.number in Range.parse(load(path).data.get("kernels", "-")))
TEXTS = {path: path.read_text(encoding="utf-8") for path in SPECS}


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


# --- the same bytes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    """Shipped, small and random specs, one with letters that no ASCII locale has."""
    folder = tmp_path_factory.mktemp("specs")
    for path, text in TEXTS.items():
        (folder / path.name).write_text(text, encoding="utf-8")
    for seed in range(5):
        made = random_spec(random.Random(seed), f"drawn{seed}")[0]
        (folder / f"drawn{seed}.yaml").write_text(
            made.replace("summary: walk", "summary: walk, na\u00efvely \u2014 \u7d20\u6734"), encoding="utf-8"
        )
    return folder


def build_elsewhere(specs: Path, out: Path, cwd: Path, **environment: str) -> dict[str, bytes]:
    """A build in a process of its own."""
    command = [sys.executable, "-m", "kiter.cli.main", "build", os.path.relpath(specs, cwd), "-o", str(out)]
    settled = {**os.environ, "PYTHONPATH": str(ROOT / "gen"), **environment}
    subprocess.run([*command, "--no-check"], cwd=cwd, env=settled, check=True, capture_output=True)
    return tree(out)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4294967295", "TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
        {"PYTHONOPTIMIZE": "2"},
    ],
    ids=str,
)
def test_same_bytes_wherever_it_runs(specs, tmp_path, environment):
    here = build_elsewhere(specs, tmp_path / "here", ROOT, PYTHONHASHSEED="0")
    assert len(here) > len(SPECS)
    (tmp_path / "cwd").mkdir()
    assert build_elsewhere(specs, tmp_path / "there", tmp_path / "cwd", **environment) == here


@cache
def planned(order: tuple[Path, ...]) -> write.Plan:
    return write.plan([generate(it, TODAY) for it in read(*order)], Path("nowhere"), whole=True)


@given(st.permutations(SPECS))
@example(SPECS[::-1])
@settings(max_examples=2)
def test_any_order_gives_the_same(order):
    assert planned(tuple(order)).write == planned(SPECS).write
    assert planned(tuple(order)).manifest == planned(SPECS).manifest


def test_twice_in_one_process_gives_the_same():
    first, second = ([generate(it, TODAY) for it in read(*SPECS)] for _ in range(2))
    assert first == second
    assert [made.material for made in first] == [made.material for made in second]


def test_second_build_of_the_command_touches_nothing(specs, tmp_path, capsys):
    command = ["build", str(specs), "-o", str(tmp_path / "out"), "--no-check"]
    assert main(command) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert main(command) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert " 0 written" in capsys.readouterr().out


# --- no traceback --------------------------------------------------------------------------------

WORDS = (
    *(
        "",
        "x",
        "pos",
        "task",
        "NULL",
        "'",
        '"',
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "&init_task",
        "|",
        "\t",
        "  ",
        "#",
    ),
    *(
        "../x",
        "/",
        "%",
        "@",
        "*/",
        "\\",
        "9999999999999999999",
        "-1",
        "0x",
        "true",
        "null",
        "6.12",
        "-6.11",
        "6.12-",
    ),
    *("\u00e9", "\u202e", "\U0001f600", "if (", "/*", "//", "a: b", "cursor:", "ring:", "next: pos", "as: x"),
)


@st.composite
def mutations(draw) -> str:
    """A spec in which some lines or words are no longer what they were."""
    lines = TEXTS[draw(st.sampled_from(SPECS))].splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "twice", "swap", "word", "insert", "cut", "deeper", "other"]))
        other = draw(st.integers(0, len(lines) - 1))
        column = draw(st.integers(0, max(len(lines[at]), 1)))
        word = draw(st.sampled_from(WORDS))
        match kind:
            case "drop":
                lines[at] = ""
            case "twice":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "word":
                words = lines[at].split(" ")
                words[draw(st.integers(0, len(words) - 1))] = word
                lines[at] = " ".join(words)
            case "insert":
                lines[at] = lines[at][:column] + word + lines[at][column:]
            case "cut":
                lines[at] = lines[at][:column]
            case "deeper":
                lines[at] = "  " + lines[at]
            case "other":
                lines[at] = lines[at].partition(":")[0] + ":" + lines[other].partition(":")[2]
    return "\n".join(lines) + "\n"


@given(mutations())
@example("walk: {select: 3}\n")
@example(TEXTS[ROOT / "specs/task.yaml"].replace("requires: [task]", "requires: [tusk]"))
@settings(max_examples=150)
def test_no_input_gives_a_traceback_or_half_a_result(tmp_path_factory, capsys, text):
    folder = tmp_path_factory.getbasetemp() / "mutated"
    folder.mkdir(exist_ok=True)
    spec, out = folder / "spec.yaml", folder / "out"
    spec.write_text(text, encoding="utf-8", newline="\n")
    before = tree(out)
    status = main(["build", str(spec), "-o", str(out), "--no-check", "--force"])
    told = capsys.readouterr().err
    assert status in (0, 1), told
    assert "Traceback" not in told and "internal error" not in told
    if status:
        assert told.startswith((str(spec), "kiter:")) and "error[" in told
        assert tree(out) == before
