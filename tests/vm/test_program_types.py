# SPDX-License-Identifier: GPL-2.0-only
"""An iterator is tested in programs of the types that its set is registered for, whichever these are."""

from __future__ import annotations

import json
import re

import pytest

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import kernels

pytestmark = [pytest.mark.vm, pytest.mark.xdist_group("vm")]

NUMBERS = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: {name}
summary: count from one number up to another
placement: {{set: {{{types}}}}}
element: {{type: int *, lifetime: state}}
context: {{}}
arguments:
  start: {{type: int, doc: the first number}}
  end: {{type: int, doc: the number after the last}}
walk:
  range: {{from: start, to: end, most: "1000"}}
tests:
  cases:
    - {{name: some, arguments: {{start: "-2", end: "3"}}, values: [-2, -1, 0, 1, 2]}}
    - {{name: downwards, arguments: {{start: "1", end: "0"}}, fails: EINVAL}}
"""
PROCESSES = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: {name}
summary: walk over all processes
placement: {{set: {{{types}}}}}
includes: [linux/init_task.h, linux/sched/signal.h]
element: {{type: struct task_struct *, lifetime: rcu}}
context: {{rcu: true}}
walk:
  ring: {{anchor: "&init_task", next: next_task(pos)}}
  expect: processes
"""
# whose mask only RCU protects, so that outside a section new() refuses that first
CPUS = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: of_mask
summary: walk over the CPUs in a mask
includes: [linux/cpumask.h]
element: {type: int *, lifetime: state}
context: {rcu: true}
arguments:
  mask: {type: const struct cpumask *, keep: rcu, trust: rcu, doc: the mask}
state:
  nr: {type: unsigned int, init: nr_cpu_ids}
walk:
  index: {as: cpu, next: "find_next_bit(cpumask_bits(mask), end, cpu + 1)", end: nr}
  expect: own_cpus
tests:
  arguments: {mask: bpf_get_current_task_btf()->cpus_ptr}
"""
NUMBERED = [-2, -1, 0, 1, 2]
WORD = re.compile(r"\w+")
# the types of a set, and those of programs that the verifier must refuse
SETS = {
    "programs: [sched_cls]": {"tracing", "lsm", "iter", "xdp", "cgroup_skb"},
    "programs: [xdp]": {"tracing", "lsm", "iter", "sched_cls", "cgroup_skb"},
    "programs: [cgroup_skb]": {"tracing", "lsm", "iter", "sched_cls", "xdp"},
    "programs: [lsm]": {"sched_cls", "xdp", "cgroup_skb"},
    "programs: [tracing]": {"sched_cls", "xdp", "cgroup_skb"},
    "only: [lsm]": {"tracing", "iter", "sched_cls", "xdp", "cgroup_skb"},
    "only: [tracing]": {"lsm", "sched_cls", "xdp", "cgroup_skb"},
    "programs: [syscall, struct_ops]": {"tracing", "lsm", "iter", "sched_cls", "xdp", "cgroup_skb"},
}


# one that shares a hook with others, one without a filter for that, and one of two hooks
SOME = ("only: [lsm]", "programs: [xdp]", "programs: [syscall, struct_ops]")


@pytest.mark.parametrize(
    ("release", "sets"),
    [("7.3", tuple(SETS)), ("6.12", SOME), pytest.param("6.12", tuple(SETS), marks=pytest.mark.breadth)],
    ids=["7.3", "6.12", "6.12-all"],
)
def test_each_set_is_tested_in_its_own_types(capsys, tmp_path, release, sets):
    try:
        kernels.find(release)
    except KiterError as error:
        pytest.skip(str(error))
    names = {types: "_".join(re.findall(WORD, types)) for types in sets}
    for types, name in names.items():
        (tmp_path / f"{name}.yaml").write_text(NUMBERS.format(name=name, types=types))
    # what RCU protects is refused outside a section only where a program may sleep
    (tmp_path / "of_tasks.yaml").write_text(PROCESSES.format(name="of_tasks", types="only: [lsm]"))
    (tmp_path / "of_mask.yaml").write_text(CPUS)
    status = main(["run", str(tmp_path), "--show", "--format", "json", "--kernel", release])
    said = capsys.readouterr()
    assert said.out, said.err
    facts = json.loads(said.out)
    checks = {it["name"]: {c["name"]: c for c in it["checks"]} for it in facts["iterators"]}
    failed = [(name, c["name"], c["failures"]) for name, own in checks.items() for c in own.values()]
    assert (status, [one for one in failed if one[2]]) == (0, [])
    for types, name in names.items():
        assert {key for key in checks[name] if key.startswith("from_")} == {f"from_{t}" for t in SETS[types]}
        assert "walk some" in checks[name]
    # what shows the walks stands where the tests do
    shown = {it["name"]: [[e["id"] for e in w["elements"]] for w in it["shown"]] for it in facts["iterators"]}
    assert {name: shown[name] for name in names.values()} == {n: [NUMBERED, []] for n in names.values()}
    assert {"walk all", "outside_rcu"} <= {*checks["of_tasks"]} & {*checks["of_mask"]}
