# SPDX-License-Identifier: GPL-2.0-only
"""Bad specs: each is shown at its place with a reason and a way out, and nothing is written."""

from __future__ import annotations

import pytest
from build_support import GOOD, runner, spoilt, tree

from kiter.cli.report import printable
from steps import steps

LIST = '        list: {head: "&task->signal->thread_head", member: thread_node}\n'

# What is wrong: where, what stands there instead, the code, a word of the message.
SPOILS = {
    "syntax": ("context: {rcu: true}", "context: {rcu: true", "S05", ""),
    "tab": ("    defines: enum", "\tdefines: enum", "S06", "tab"),
    "duplicate": ("context: {rcu: true}", "iterator: again", "S07", "iterator"),
    "alias": ("    defines: enum", "    defines: *enum", "S08", "alias"),
    "character": ("all processes\n", "all \u202eprocesses\n", "S14", "U+202E"),
    "unknown key": ("summary:", "sumary: x\nsummary:", "S20", "sumary"),
    "wrong type": ("includes: [linux/init_task.h, linux/sched/signal.h]", "includes: 3", "S22", "list"),
    "value": ("lifetime: rcu", "lifetime: forever", "W36", "rcu"),
    "identifier": ("iterator: spoilt", "iterator: 1st", "S24", "C identifier"),
    "escape in a name": ("iterator: spoilt", "iterator: ../x", "S24", "C identifier"),
    "escape in a path": ("context:", "placement: {file: ../../x.c}\ncontext:", "S24", ".c file"),
    "absolute path": ("context:", "placement: {file: /etc/x.c}\ncontext:", "S24", ".c file"),
    "escape in an include": ("[linux/init_task.h,", "[../../../x.h,", "K22", "kernel tree"),
    "no walk": (LIST, "", "W01", "SPOILT_THREADS"),
    "errno": ("context:", "checks: [{when: task, fails: {EWRONG: x}}]\ncontext:", "K15", "EWRONG"),
}  # fmt: skip


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def run(tmp_path, out, capsys):
    """The command, in a folder that holds the outputs of a good spec."""
    good = tmp_path / "good.yaml"
    good.write_text(GOOD, encoding="utf-8")
    run = runner(out, capsys)
    assert run("build", good, "-o", out, "--no-check").status == 0
    assert tree(out)
    return run


@pytest.mark.parametrize("what", SPOILS)
@pytest.mark.parametrize("command", ["build", "lint"])
def test_bad_spec_is_told_at_its_place(run, out, tmp_path, command, what):
    old, new, code, word = SPOILS[what]
    text, line = spoilt(old, new)
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    told = run(command, path, *(["-o", out, "--no-check"] if command == "build" else []))
    assert told.status == 1 and told.untouched
    if not told.places:
        pytest.fail(f"no place in: {told.err}")
    file, at, column, said = told.places[0]
    assert (file, said) == (str(path), code) and at in range(line - 5, line + 3) and column >= 1
    assert word in told.err and "hint: " in told.err
    source = printable(text.splitlines()[at - 1].expandtabs())
    assert f"{at:>5} | {source}\n      | {' ' * (column - 1)}^\n" in told.err or "\t" in text


def test_every_error_of_a_run_at_once(run, out, tmp_path):
    for name, spoil in (("a.yaml", "identifier"), ("b.yaml", "no walk")):
        (tmp_path / name).write_text(spoilt(*SPOILS[spoil][:2])[0], encoding="utf-8")
    (tmp_path / "c.yaml").write_text(
        GOOD.replace("summary", "sumary").replace("context: {rcu: true}", "context: {rcu: maybe}"),
        encoding="utf-8",
    )
    told = run("build", *(tmp_path / f"{n}.yaml" for n in "cab"), "-o", out, "--no-check")
    assert told.status == 1 and told.untouched
    assert [(file[-6:], code) for file, _, _, code in told.places] == [
        ("a.yaml", "S24"), ("b.yaml", "W01"), ("c.yaml", "S20"), ("c.yaml", "S22")
    ]  # fmt: skip


def test_one_bad_spec_keeps_the_good_ones_from_being_written(run, out, tmp_path):
    (tmp_path / "bad.yaml").write_text(spoilt(*SPOILS["unknown key"][:2])[0], encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(GOOD.replace("spoilt", "other").replace("SPOILT", "OTHER"), encoding="utf-8")
    told = run("build", other, tmp_path / "bad.yaml", "-o", out, "--no-check")
    assert told.status == 1 and told.untouched


BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)
FILES = {
    "empty": (b"", "S03"),
    "only a comment": (b"# nothing\n", "S03"),
    "binary": (b"\x7fELF\x02\x01\x00\x00", "S02"),
    "latin1": ("summary: caf\u00e9\n".encode("latin-1"), "S02"),
    "utf16": ("iterator: x\n".encode("utf-16"), "S02"),
    "10 MB": (b"# " + b"x" * 10_000_000, "S04"),
    "10 MB of keys": (b"".join(b"k%d: 1\n" % i for i in range(900_000)), "S04"),
    "deep": (b"[" * 100_000, "S11"),
    "deep by lines": (b"".join(b" " * i + b"a:\n" for i in range(300)), "S11"),
    "bomb": (BOMB.encode(), "S08"),
    "a list": (b"- iterator: x\n", "S12"),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_file_that_is_no_spec(run, out, tmp_path, what):
    content, code = FILES[what]
    path = tmp_path / "strange.yaml"
    path.write_bytes(content)
    told = run("build", path, "-o", out, "--no-check")
    assert told.status == 1 and told.untouched
    assert told.codes[0] == code and told.err.startswith(str(path)) and "hint: " in told.err
    assert len(told.err) < 20_000
    strange, good = (steps(lambda file=file: run("lint", file)) for file in (path, tmp_path / "good.yaml"))
    assert strange < 40 * good


def test_own_output_is_no_spec(run, out):
    inside = next(out.rglob("*.c"))
    for given in (inside, out / "6.12/Documentation/bpf/bpf_iter_spoilt.rst"):
        told = run("build", given, "-o", out, "--no-check")
        assert told.status == 1 and told.untouched
        assert told.codes == ["S16"] and told.err.startswith(str(given))


def test_names_that_lead_nowhere(run, out, tmp_path):
    told = run("build", tmp_path / "missing.yaml", "-o", out)
    assert (told.status, told.codes, told.untouched) == (2, ["S01"], True)
    (tmp_path / "hollow").mkdir()
    told = run("build", tmp_path / "hollow", "-o", out)
    assert told.status == 1 and told.codes == ["S01"] and told.untouched


def test_lint_writes_nothing_and_names_the_fine_ones(run, tmp_path):
    before = tree(tmp_path)
    told = run("lint", tmp_path / "good.yaml")
    assert told.status == 0 and "1 spec is fine: spoilt" in told.out
    assert tree(tmp_path) == before
