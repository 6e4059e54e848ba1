# SPDX-License-Identifier: GPL-2.0-only
"""What the C of the kfuncs never has, whatever the spec says."""

from __future__ import annotations

import re

import pytest
from generate_support import NAMES, ROOT, TODAY, read, rendered, small, spec

from kiter.generate import generate

# an `if` and its `else`, each with one statement
ARMS = re.compile(r"(\t+)if \(.*\)\n((?:\1\t.*\n)+)\1else\n((?:\1\t.*\n)+)")

# the next element follows from a number, not from the element before
QUEUE = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: queue
summary: walk over what a queue holds
includes: [linux/sched/task.h]
element: {{type: struct task_struct *, lifetime: held, {element}put: put_task_struct(pos)}}
context: {{sleepable: true}}
state: {{seen: {{type: u64, init: "0"}}}}
walk: {{cursor: {{next: next_queued(&seen)}}}}
"""

# a companion, the end of whose walk is in no field
INDEX = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: slots
summary: walk over the slots that are not empty
element: {type: int *, lifetime: state}
context: {}
arguments:
  nr: {type: u32, keep: copy, doc: how many there are}
walk: {index: {as: slot, next: "find_slot(slot + 1, end)", end: nr * 2}}
companions:
  bpf_slots_left: {doc: tell how many are left, gives: int, result: nr - slot, empty: "0"}
tests:
  cases:
    - {name: none, arguments: {nr: "0"}, values: []}
"""

# a companion of a state that is allocated
ALLOCATED = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: steps
summary: walk over tasks
includes: [linux/sched/signal.h]
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
allocate: true
arguments:
  nr: {type: u64, doc: how far to go}
state:
  half: {type: u64, init: nr / 2}
walk: {ring: {anchor: "&init_task", next: "step(pos, half)"}}
helpers:
  step:
    doc: find the next task
    takes: {pos: struct task_struct *, half: u64}
    gives: struct task_struct *
    body: return next_task(pos);
companions:
  bpf_steps_left: {doc: tell how far it is, gives: u64, result: half, empty: "0"}
tests:
  arguments: {nr: "1"}
"""


def kfuncs(text, folder) -> str:
    """The kfuncs of a spec that the linter accepts."""
    made = generate(read(spec(text, folder))[0], TODAY)
    return "".join(o.text for o in made.outputs if o.path.endswith(".c") and "__bpf_kfunc " in o.text)


def equal(text: str) -> list[str]:
    return [found[0] for found in ARMS.finditer(text) if found[2] == found[3]]


def test_branches_that_are_equal_are_seen():
    assert equal("\tif (a)\n\t\tb;\n\telse\n\t\tb;\n")
    assert not equal("\tif (a)\n\t\tb;\n\telse\n\t\tc;\n")


@pytest.mark.parametrize("name", NAMES)
def test_no_branches_are_equal_in_small_specs(name):
    assert equal("".join(o.text for o in small(name).outputs)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "specs").rglob("*.yaml")), ids=lambda path: path.stem)
def test_no_branches_are_equal_in_specs(path):
    assert equal("".join(o.text for o in rendered(path, "7.3").outputs)) == []


@pytest.mark.parametrize("element", ["", "handover: true, "])
def test_a_step_that_does_not_look_at_the_element_before(tmp_path, element):
    text = kfuncs(QUEUE.format(element=element), tmp_path)
    assert text.count(" = next_queued(&kit->seen);") == 1
    assert "else" not in text


def test_a_companion_of_numbers_tells_their_end(tmp_path):
    text = kfuncs(INDEX, tmp_path)
    assert "\tif (kit->slot >= (kit->nr * 2))\n\t\treturn 0;\n\n\treturn kit->nr - kit->slot;\n" in text


def test_a_companion_reaches_an_allocated_state(tmp_path):
    text = kfuncs(ALLOCATED, tmp_path)
    body = text[text.index("bpf_steps_left(struct") :]
    assert "_kern_data *data = kit->data;\n\n\tif (!data)\n\t\treturn 0;\n\n\treturn data->half;\n" in body
