# SPDX-License-Identifier: GPL-2.0-only
"""Random specs of iterators that hold something, over what userspace/holding.h has."""

from __future__ import annotations

from random import Random

LOCKS = {
    "": "",
    "mutex": '  lock: {mutex: "&big_lock"}\n',
    "spin": '  lock: {spin: "&big_lock"}\n',
    "spin_irqsave": '  lock: {spin_irqsave: "&big_lock"}\n',
}
LIST = '  list: {head: "&items", member: list}\n'
CURSOR = "  cursor: {next: next_item(pos)}\n"
FIRST = "  cursor: {first: first_item(), next: next_item(pos)}\n"


def _resources(r: Random) -> str:
    """Up to three things that are taken or looked up, each of which may fail."""
    kinds = {
        "put": "get: get_thing({n}), fails: {{ENOENT: there is no thing}}, put: put_thing({name})",
        "error": "get: thing_or_error({n}), fails: {{EBUSY: it is busy, EIO: bad}}, put: put_thing({name})",
        "found": "get: find_thing(), fails: {{ESRCH: it is gone}}",
    }
    lines = []
    for n in range(r.randint(0, 3)):
        name = f"thing{n}"
        what = kinds[r.choice(list(kinds))].format(n=n, name=name)
        lines.append(f"  {name}: {{type: struct thing *, {what}}}\n")
    return "".join(["resources:\n", *lines]) if lines else ""


def _held(r: Random) -> tuple[str, str, str]:
    """The element's keys, the walk, and whether it may sleep."""
    way = r.choice(["counted", "plain", "handed over", "given"])
    if way == "handed over":
        walk = "  cursor: {first: handed_over(NULL), next: handed_over(pos)}\n"
        return "lifetime: {held: {handover: true, put: put_item(pos)}}", walk, "sleepable: true"
    if way == "given":
        walk = "  cursor: {next: referenced(next_item(pos))}\n"
        return "lifetime: {held: {put: put_item(pos)}}", walk, r.choice(["", "sleepable: true"])
    lock = r.choice(["mutex", "spin", "spin_irqsave"])
    put = "drop_item(pos), last: finish_item(pos)" if way == "counted" else "put_item_unlocked(pos)"
    walk = LOCKS[lock] + r.choice([LIST, FIRST, CURSOR])
    return f"lifetime: {{held: {{get: hold_item(pos), put: {put}}}}}", walk, "sleepable: true"


def _native(r: Random) -> tuple[str, str, str]:
    sticky = r.random() < 0.5
    step = "native_next_sticky" if sticky else "native_next"
    walk = (
        "  native:\n    as: native\n    type: struct native_iter\n    start: native_start(native)\n"
        f"    next: {step}(native)\n    end: native_end(native)\n    sticky: {str(sticky).lower()}\n"
    )
    return "lifetime: native", walk, r.choice(["", "sleepable: true"])


def _snapshot(r: Random) -> tuple[str, str, str]:
    holds = r.random() < 0.7
    friend = "{snapshot: {get: hold_friend(pos), put: put_friend(pos)}}" if holds else "snapshot"
    walk = '  cursor: {next: "find_held(source, &after)", done: put_item(pos)}\n'
    return f"lifetime: {friend}", walk, r.choice(["", "sleepable: true"])


def _plain(r: Random) -> tuple[str, str, str]:
    lock = r.choice(["", "spin", "spin_irqsave"])
    return "lifetime: rcu", LOCKS[lock] + r.choice([FIRST, CURSOR]), "rcu: true"


WAYS = {"held": _held, "native": _native, "snapshot": _snapshot, "plain": _plain}


def random_holder(r: Random, name: str) -> str:
    """The YAML of an iterator over items."""
    kind = r.choice([*WAYS, "index"])
    if kind == "index":
        return _index(r, name)
    element, walk, context = WAYS[kind](r)
    allocate = kind in {"native", "snapshot"} or (r.random() < 0.4 and kind == "plain")
    resources, state = _resources(r), ""
    if kind == "snapshot":
        keys = "get: get_thing(9), fails: {ENOENT: there is none}, put: put_thing(source)"
        resources = (resources or "resources:\n") + f"  source: {{type: struct thing *, {keys}}}\n"
        state = 'state:\n  after: {type: int, init: "-1"}\n'
    return (
        f"iterator: {name}\nsummary: walk\nelement: {{type: struct item *, {element}}}\n"
        f"context: {{{context}}}\n{'allocate: true' if allocate else ''}\n{resources}{state}walk:\n{walk}"
    )


def _index(r: Random, name: str) -> str:
    inline = r.choice(["", "inline: 1, ", "inline: 2, "])
    context = r.choice(["", "sleepable: true"])
    return (
        f"iterator: {name}\nsummary: walk\nelement: {{type: int *, lifetime: state}}\n"
        f"context: {{{context}}}\n"
        "arguments: {count: {type: int, keep: copy, doc: how many}}\n"
        "checks: [{when: count > 100, fails: {E2BIG: too many}}]\n"
        f"buffers:\n  numbers: {{type: u32, count: count, {inline}"
        'fill: "read_numbers(numbers, count)", fails: {EFAULT: it cannot be read}}\n'
        'walk:\n  index: {as: nr, next: "next_number(numbers, end, nr + 1)", end: count}\n'
    )
