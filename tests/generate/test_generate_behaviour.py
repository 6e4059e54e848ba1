# SPDX-License-Identifier: GPL-2.0-only
"""What emitted kfuncs do, in a program of user space under sanitizers: userspace/ says what is tried."""

from __future__ import annotations

import random

import pytest
from generate_random import TASKLESS, WITH_TASK, random_spec
from generate_support import ROOT, SMALL, TODAY, read, spec
from generate_userspace import Subject, program, run

from kiter import frontend

EXPECTED = {
    "list_plain": {"": "OWN_THREADS"},
    "ring_as": {"": "PROCESSES"},
    "ring_start": {"": "PROCESSES_FROM_TASK"},
    "ring_start_named": {"": "PROCESSES_FROM_TASK"},
    "nested_cursor": {"": "PARENTS_THREADS"},
    "nested_start": {"": "THREADS_FROM_TASK"},
    "nested_types": {"": "CSS_OF_ALL"},
    "cursor_first": {"": "CHILDREN"},
    "versions": {"VERSIONS_THREADS": "OWN_THREADS"},
}
# What userspace/kernel.h, which has tasks and css alone, has nothing of: a kernel runs these.
ELSEWHERE = {
    "irq": "interrupt descriptors, which the kernel numbers",
    "net": "the list of network namespaces",
    "netdev": "the XArray of a network namespace",
    "pid": "the IDR of a PID namespace",
    "task_by_id": "the numbers of a PID namespace",
    "task_or_id": "the numbers of a PID namespace",
    "udp_sock": "the hash of UDP sockets",
}
SEEDS = range(60)


def small(name):
    return Subject(read(SMALL / f"{name}.yaml")[0], EXPECTED[name])


def shipped(it):
    return Subject(it, {case.flag: case.expect.upper() for case in it.cases})


def test_small_specs_keep_the_contract(tmp_path):
    done = run(program(map(small, EXPECTED), tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_specs_keep_the_contract(tmp_path):
    its = frontend.read(sorted((ROOT / "specs").rglob("*.yaml")), TODAY, named=()).iterators
    under_rcu = {it.name: it for it in its if it.lifetime == "rcu" and not it.place.inside}
    assert under_rcu.keys() >= ELSEWHERE.keys()
    here = [shipped(it) for name, it in under_rcu.items() if name not in ELSEWHERE]
    assert len(here) > 6
    done = run(program(here, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    made = [random_spec(random.Random(seed), f"drawn{seed}") for seed in SEEDS]
    its = read(*(spec(text, folder, f"{seed}.yaml") for seed, (text, _) in zip(SEEDS, made, strict=True)))
    return [Subject(it, expects) for it, (_, expects) in zip(its, made, strict=True)]


def test_random_specs_keep_the_contract(drawn, tmp_path):
    done = run(program(drawn, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_random_specs_reach_every_kind_of_walk(drawn):
    kinds = {type(case.walk).__name__ for one in drawn for case in one.it.cases}
    assert kinds == {"Cursor", "Nested", "Raw", "Ring", "Source"}
    assert {expect for one in drawn for expect in one.expects.values()} == {*TASKLESS, *WITH_TASK}
