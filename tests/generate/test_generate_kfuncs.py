# SPDX-License-Identifier: GPL-2.0-only
"""What the C of the kfuncs never has, whatever the spec says."""

from __future__ import annotations

import re
from dataclasses import replace

import jinja2
import pytest
from generate_support import LATER, NAMES, ROOT, SMALL, TODAY, read, rendered, small, spec

from kiter.generate import generate
from kiter.lower import names
from kiter.output import Kind
from kiter.spec.source import SOURCES

# an `if` and its `else`, each with one statement
ARMS = re.compile(r"(\t+)if \(.*\)\n((?:\1\t.*\n)+)\1else\n((?:\1\t.*\n)+)")

# the next element follows from a number, not from the element before
QUEUE = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: queue
summary: walk over what a queue holds
includes: [linux/sched/task.h]
element: {{type: struct task_struct *, lifetime: {{held: {{{element}put: put_task_struct(pos)}}}}}}
context: {{sleepable: true}}
state: {{seen: {{type: u64, init: "0"}}}}
walk: {{cursor: {{next: next_queued(&seen)}}}}
"""

# a companion of numbers, whose end is in no field
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

# something that the same holds until their end
QUEUE_HELD = """\
resources:
  queue: {type: struct queue *, get: queue_get(), put: queue_put(queue), fails: {ENOENT: no queue}}
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

# a lock, an element that is counted down, something that is held beside it, and a buffer
COUNTED = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: counted
summary: walk over what a queue holds
includes: [linux/sched/task.h]
element:
  type: struct task_struct *
  lifetime: {held: {get: get_queued(pos), put: drop_queued(pos), last: free_queued(pos)}}
context: {sleepable: true}
arguments:
  nr: {type: u32, keep: copy, doc: how many slots there are}
resources:
  queue: {type: struct queue *, get: queue_get(), put: queue_put(queue), fails: {ENOENT: no queue}}
buffers:
  slots: {type: u64, count: nr, fill: "queue_fill(queue, slots, nr)", fails: {EFAULT: the queue is gone}}
checks:
  - {when: nr > 512, fails: {E2BIG: "@nr is more than 512"}}
walk:
  lock: {mutex: "&queue->lock"}
  cursor: {first: first_queued(queue), next: "next_queued(queue, slots, pos)"}
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


@pytest.mark.parametrize(
    ("more", "dead"),
    [("", "!kit->made"), (QUEUE_HELD, "kit->slot >= (kit->nr * 2)")],
    ids=["of a mark", "of what is released at their end"],
)
def test_a_companion_of_numbers_tells_a_failed_new(more, dead, tmp_path):
    """Where nothing is held, a companion reads the numbers after their end too, which cannot mark it."""
    text = kfuncs(INDEX + more, tmp_path)
    assert f"\tif ({dead})\n\t\treturn 0;\n\n\treturn kit->nr - kit->slot;\n" in text


def test_a_companion_reaches_an_allocated_state(tmp_path):
    text = kfuncs(ALLOCATED, tmp_path)
    body = text[text.index("bpf_steps_left(struct") :]
    assert "_kern_data *data = kit->data;\n\n\tif (!data)\n\t\treturn 0;\n\n\treturn data->half;\n" in body


def test_what_is_taken_is_given_back_in_reverse(tmp_path):
    text = kfuncs(COUNTED, tmp_path)
    assert "\tqueue = queue_get();\n\tif (!queue)\n\t\treturn -ENOENT;\n" in text
    assert "\tif (!slots) {\n\t\terr = -ENOMEM;\n\t\tgoto put_queue;\n\t}\n" in text
    assert "\nfree_slots:\n\tkfree(slots);\nput_queue:\n\tqueue_put(queue);\n\treturn err;\n}\n" in text
    assert "_kern *kit)\n{\n\tkfree(kit->slots);\n\tqueue_put(kit->queue);\n}\n" in text


def test_an_element_that_is_counted_down_is_dropped_under_the_lock(tmp_path):
    text = kfuncs(COUNTED, tmp_path)
    destroy = text[text.index("_destroy(struct") :]
    assert (
        "\t\tmutex_lock(&kit->queue->lock);\n\t\tlast = drop_queued(pos);\n"
        "\t\tmutex_unlock(&kit->queue->lock);\n\t\tif (last)\n\t\t\tfree_queued(pos);\n\t}\n\n"
        "\tbpf_iter_counted_release(kit);\n"
    ) in destroy


def test_every_template_of_the_kernels_code_is_in_use(tmp_path, monkeypatch):
    used = set()
    get = jinja2.Environment.get_template

    def noted(self, name, *given, **named):
        used.add(name)
        return get(self, name, *given, **named)

    monkeypatch.setattr(jinja2.Environment, "get_template", noted)
    kfuncs(COUNTED, tmp_path)
    kfuncs(QUEUE.format(element=""), tmp_path)
    for path in (*SMALL.glob("*.yaml"), *(ROOT / "specs").rglob("*.yaml")):
        assert generate(read(path, target=LATER)[0], LATER).material.unit
    there = {p.relative_to(ROOT / "templates").as_posix() for p in (ROOT / "templates/kernel").rglob("*.j2")}
    assert there - used == set()


def _set(programs: str) -> str:
    return f"placement: {{set: {{programs: [{programs}]}}}}\n"


@pytest.mark.parametrize("order", ["tracing, lsm", "lsm, tracing"])
def test_a_hook_is_registered_for_once(order, tmp_path):
    text = QUEUE.format(element="") + _set(order.replace(",", ", syscall,") + ", xdp")
    made = generate(read(spec(text, tmp_path))[0], TODAY).material.unit
    types = re.findall(r"register_btf_kfunc_id_set\(BPF_PROG_TYPE_(\w+)", made)
    assert types == [order.split(",")[0].upper(), "SYSCALL", "XDP"]


@pytest.mark.parametrize(
    ("asleep", "programs", "sections"),
    [
        ("true", "tracing, syscall", ["iter.s/task"]),
        ("true", "xdp, syscall", []),
        ("false", "tracing, xdp", ["tp_btf/task_newtask", "xdp"]),
    ],
)
def test_programs_of_other_types_may_sleep_where_the_walk_does(asleep, programs, sections, tmp_path):
    text = QUEUE.format(element="").replace("sleepable: true", f"sleepable: {asleep}")
    made = generate(read(spec(text + _set(programs), tmp_path))[0], TODAY)
    prog = made.of(Kind.PROG)
    assert prog is not None
    assert re.findall(r'^SEC\("([^"]+)"\)\nint from_', prog.text, re.MULTILINE) == sections


@pytest.mark.parametrize(
    ("name", "macro"),
    [
        ("dmabuf", "BPF_ITER_DMABUF_START"),
        ("debug", "BPF_ITER_DEBUG_START"),
        ("bug_x", "bpf_iter_bug_x_start"),
    ],
)
def test_no_macro_is_taken_for_one_that_crashes_the_kernel(name, macro):
    (it,) = read(ROOT / "specs/dmabuf.yaml", target=LATER)
    assert names.start(replace(it, name=name)) == macro
    assert not re.search(r"\b(?:\w*_)?BUG(?:_ON)?(?:_[A-Z_]+)?\s*\(", f"#define {macro} ((struct x *)1L)")


def test_walks_of_one_iterator_share_their_variables():
    """A name has one type among all kinds of sources; "" is that of the elements."""
    ways = [way for kind in SOURCES.values() for way in kind.locals.values()]
    types = {name: {way[name] for way in ways if name in way} for one in ways for name in one}
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
