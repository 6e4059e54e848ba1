# SPDX-License-Identifier: GPL-2.0-only
"""What a compiler says of a spec's C is shown where the C stands in the YAML, and nothing is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from build_support import GOOD, Told, runner, tree

from kiter.errors import KiterError
from kiter.kernel import headers

# one run of the command serves all of them
pytestmark = pytest.mark.xdist_group("snippets")
GEN = Path(__file__).parents[2] / "gen"

# Every slot that takes C, each with its own mistake: what is in angle brackets (which go) is where
# the error must be shown.
BAD = """\
iterator: spoilt
summary: walk over processes
includes: [linux/cgroup.h, linux/init_task.h, linux/sched/signal.h]
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
arguments:
  task: {type: struct task_struct *, keep: rcu, doc: a task}
  flags:
    enum: bpf_cgroup_iter_order
    doc: what to walk
    values:
      BPF_CGROUP_ITER_SELF_ONLY:
        doc: a ring
        ring: {anchor: "&<wrong_anchor", next: <wrong_step(pos)}
        expect: processes
      BPF_CGROUP_ITER_DESCENDANTS_PRE:
        doc: a list, of an argument that is missing
        list: {head: "&<wrong_argument->signal->thread_head", member: thread_node}
      BPF_CGROUP_ITER_DESCENDANTS_POST:
        doc: a cursor
        cursor: {first: <wrong_first(task), next: <wrong_next(pos)}
      BPF_CGROUP_ITER_ANCESTORS_UP:
        doc: statements
        raw:
          reads: []
          writes: [nr]
          next: |
            nr++;

            /* a line that is all right */
            if (pos == <wrong_line)
              pos = NULL;
            else
              pos = <wrong_last(pos);
      <WRONG_ENUMERATOR:
        doc: no such value
        checks:
          - {when: nr_cpu_ids && task-><wrong_member, fails: {EPERM: it is wrong}}
        cursor: {first: task, next: rcu_dereference(pos->real_parent)}
checks:
  - {when: <wrong_check(task), fails: {EPERM: it is wrong}}
state:
  nr: {type: u32, init: <wrong_init + 1}
tests:
  identity: pos-><wrong_identity
"""


@pytest.fixture(scope="module", autouse=True)
def needs_headers():
    try:
        headers.find()
    except KiterError as problem:
        if os.environ.get("KITER_REQUIRE_VM") or os.environ.get("CI"):
            raise
        pytest.skip(f"NOT COMPILED, no kernel to compile against: {problem}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoilt")
    (folder / "bad.yaml").write_text(BAD.replace("<", ""), encoding="utf-8")
    other = GOOD.replace("spoilt", "other").replace("SPOILT", "OTHER").replace("next_task", "wrong_task")
    (folder / "other.yaml").write_text(other, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(folder):
    """What one run of the command says of all of it."""
    command = [sys.executable, "-m", "kiter.cli.main", "build", "bad.yaml", "other.yaml"]
    settled = {**os.environ, "PYTHONPATH": str(GEN)}
    done = subprocess.run(command, cwd=folder, env=settled, capture_output=True, text=True, check=False)
    return Told(done.returncode, done.stdout, done.stderr, tree(folder / "out") == {})


PLACES = [
    (number, row.replace("<", ""), re.search(r"\w+", row[at.end() :])[0])
    for number, row in enumerate(BAD.splitlines(), 1)
    for at in re.finditer("<", row)
]


@pytest.mark.parametrize(("line", "source", "word"), PLACES, ids=[word for _, _, word in PLACES])
def test_error_in_a_snippet_is_shown_there(told, line, source, word):
    found = re.search(rf"bad\.yaml:{line}:(\d+): error\[B\d+\]: .*{word}.*\n *{line} \| (.*)\n", told.err)
    assert found, told.err
    assert found[2] == source
    # the caret is below the snippet's beginning, which in the flow of a line may come before the word
    assert int(found[1]) in range(1, source.index(word) + 2)


def test_nothing_else_is_shown(told):
    """One mistake, one place: nothing is told of emitted files, nor of lines that are right."""
    wrong = {("bad.yaml", line) for line, _, _ in PLACES}
    wrong.add(("other.yaml", 1 + GOOD[: GOOD.index("next_task")].count("\n")))
    assert {place[:2] for place in told.places} == wrong, told.err


def test_nothing_is_written(told):
    assert told.status == 1 and told.untouched and "nothing was written" in told.out


def test_good_spec_is_written_and_the_second_build_compiles_nothing(tmp_path, capsys):
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    run = runner(tmp_path / "out", capsys)
    assert run("build", tmp_path / "good.yaml", "-o", tmp_path / "out").status == 0
    told = run("build", tmp_path / "good.yaml", "-o", tmp_path / "out")
    assert told.status == 0 and told.untouched and ": 0 checks run, " in told.out
