# SPDX-License-Identifier: GPL-2.0-only
"""`kiter breaking` tells what a program would notice, at the new spec's line, and nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kiter.cli.main import main

SPECS = Path(__file__).parents[2] / "specs"
CHILDREN = (
    "      BPF_CGROUP_ITER_CHILDREN:\n        kernels: 7.3-\n        doc: the direct children of @start\n"
    '        cursor: {next: "css_next_child(pos, start)"}\n        expect: children\n'
)
READ = "    BPF_CGROUP_ITER_CHILDREN: {cgroup_id: id, order: BPF_CGROUP_ITER_CHILDREN}\n"


def breaking(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["breaking", *map(str, words)])
    return (status, *capsys.readouterr())


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    text = (SPECS / name).read_text()
    assert old in text, f"{old} is not in {name}"
    made = folder / Path(name).name
    without = text.replace(READ, "") if old == CHILDREN else text
    made.write_text(without.replace(old, new, 1))
    return made


BREAKS = [
    ("css.yaml", CHILDREN, "", "N05", "flag BPF_CGROUP_ITER_CHILDREN"),
    ("css.yaml", "context: {rcu: true}", "context: {rcu: true, perfmon: {7.3-: true}}", "N07", "CAP_PERFMON"),
    (
        "css.yaml",
        "context: {rcu: true}",
        "context: {rcu: true, fails: {EBUSY: nmi}}",
        "N06",
        "-EBUSY with nmi",
    ),
    ("css.yaml", "cgroup_iter.c}", "cgroup_iter.c, room: 4}", "N02", "32 bytes"),
    ("css.yaml", "guard: CONFIG_CGROUPS", "guard: CONFIG_MEMCG", "N07", "with CONFIG_MEMCG"),
    ("css.yaml", "iterator: css", "iterator: css2", "N01", "the iterator"),
    ("dmabuf.yaml", "iter: {}", "iter: {as: buffer}", "N01", 'SEC("iter/...")'),
    ("dmabuf.yaml", "iter: {}\n", "", "N01", "dmabuf, ctx->dmabuf"),
    ("css.yaml", "kernels: 6.7-", "kernels: 7.0-", "N01", "in Linux 6.12"),
    ("proposed/net.yaml", "acquire: bpf_net_acquire", "acquire: bpf_net_get", "N01", "bpf_net_acquire()"),
    ("task.yaml", "    defines: enum\n", "    defines: enum\n    type: u64\n", "N03", "u64 flags"),
    (
        "task.yaml",
        "doc: all threads of the system",
        "value: 7\n        doc: all threads",
        "N05",
        "value of BPF_TASK_ITER",
    ),
    ("css_task.yaml", "walk:", "  more: {type: u32, reserved: true, doc: none}\nwalk:", "N03", "u32 more"),
    ("bits.yaml", "nr_words > 511, fails: {E2BIG", "nr_words > 255, fails: {E2BIG", "N06", "-E2BIG when"),
    (
        "bits.yaml",
        "E2BIG: there are more",
        "EINVAL: there are more",
        "N06",
        "was: -E2BIG",
    ),
    ("css_task.yaml", "programs: [lsm, iter]", "programs: [lsm]", "N07", "lsm, sleepable"),
    (
        "css_task.yaml",
        "      CSS_TASK_ITER_PROCS: {",
        "      CSS_TASK_ITER_THREADED: {",
        "N05",
        "CSS_TASK_ITER_PROCS",
    ),
    ("task_vma.yaml", "trust: rcu, ", "", "N03", "must be trusted"),
    ("kmem_cache.yaml", "type: struct kmem_cache *", "type: struct slab *", "N04", "struct slab"),
    ("testmod_seq.yaml", "gives: s64", "gives: int", "N03", "bpf_iter_testmod_seq_value()"),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "said"), BREAKS, ids=[f"{b[0]}-{b[3]}-{i}" for i, b in enumerate(BREAKS)]
)
def test_what_programs_would_notice(capsys, tmp_path, name, old, new, code, said):  # noqa: PLR0917 - fixtures
    spec = changed(tmp_path, name, old, new)
    status, _, err = breaking(capsys, SPECS / name, spec)
    assert status == 1
    assert f"error[{code}]" in err and f"{spec}:" in err
    assert said in err


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("css.yaml", "the css where the walk starts", "where it starts"),
        ("bits.yaml", "perfmon: {7.3-: true}", ""),
        ("css.yaml", "css_next_child(pos, start)", "css_next_child_of(pos, start)"),
        ("css_task.yaml", "programs: [lsm, iter]", "programs: [lsm, iter, syscall]"),
        ("scx_dsq.yaml", "room: 6", "room: 6  # the same"),
    ],
)
def test_what_they_would_not_notice(capsys, tmp_path, name, old, new):
    spec = changed(tmp_path, name, old, new)
    status, out, err = breaking(capsys, SPECS / name, spec)
    assert (status, err) == (0, "")
    assert "would notice nothing" in out


def test_a_new_flag_breaks_nothing_but_taking_it_away_does(capsys, tmp_path):
    without = changed(tmp_path, "css.yaml", CHILDREN, "")
    assert breaking(capsys, without, SPECS / "css.yaml")[0] == 0
    status, out, _ = breaking(capsys, SPECS / "css.yaml", without, "--format", "json")
    assert status == 1
    (found,) = json.loads(out)
    assert (found["code"], found["kernels"]) == ("N05", ["7.3"])
    assert breaking(capsys, SPECS / "css.yaml", without, "--target", "6.12")[0] == 0


def test_an_argument_that_may_no_longer_be_null(capsys, tmp_path):
    start = "start: {type: struct cgroup_subsys_state *, "
    lenient = changed(tmp_path, "css.yaml", start, f"{start}nullable: true, ")
    lenient.write_text(lenient.read_text().replace("cursor:", "requires: [start]\n        cursor:"))
    assert breaking(capsys, SPECS / "css.yaml", lenient)[0] == 0
    status, _, err = breaking(capsys, lenient, SPECS / "css.yaml")
    assert status == 1 and "error[N03]" in err and "may not be NULL" in err


def test_a_revision_of_git(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = changed(tmp_path, "css.yaml", "docs:", "docs:")
    git = ("git", "-c", "user.name=tester", "-c", "user.email=tester@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "a spec")):
        subprocess.run([*git, *words], check=True)
    spec.write_text(spec.read_text().replace(CHILDREN, "").replace(READ, ""))
    status, _, err = breaking(capsys, "HEAD:css.yaml", "css.yaml")
    assert status == 1 and "error[N05]" in err
    status, _, err = breaking(capsys, "HEAD:none.yaml", "css.yaml")
    assert status == 2 and "error[N10]" in err


@pytest.mark.parametrize("text", ["", "iterator: 7\n", "\0", "[" * 3000])
def test_a_broken_revision_is_told_as_a_broken_spec(capsys, tmp_path, text):
    (tmp_path / "old.yaml").write_text(text)
    status, _, err = breaking(capsys, tmp_path / "old.yaml", SPECS / "css.yaml")
    assert status in (1, 2) and "error[" in err
