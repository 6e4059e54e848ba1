# SPDX-License-Identifier: GPL-2.0-only
"""docs/reach.md: of each iterator that Linux has not, what its spec says how."""

from __future__ import annotations

from collections.abc import Iterator

from kiter import frontend, resources
from kiter.spec.lock import CALLER
from kiter.spec.model import Spec
from kiter.spec.walk import KINDS
from kiter.target.profile import profile, releases
from tools.pages.iterators import raw_lines, slots
from tools.pages.sources import cell

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from specs/proposed/. -->
# What the language reaches

Linux has none of these iterators; most were asked for in public, or posted. Each is a spec in
[specs/proposed/](../specs/proposed), which compiles for all targets and is tried in a virtual
machine. The tables say by which keys of [the language](spec.md) it says what it must; what stands
in no column follows from the rest.

"""
WALKED = """\
## What is walked, and what keeps an element

| iterator | walk | locks of a step | element | kept by | raw C |
|---|---|---|---|---|---|
"""
CALLED = """
## Who may call, with what, and where the code is

| iterator | context | arguments | taken by new() | placement |
|---|---|---|---|---|
"""
BEYOND = """
## What is not reached

- A program cannot get a reference of its own from next(): where a walk has ended the verifier still
  holds what KF_ACQUIRE says was acquired, and refuses the loop (kernel/bpf/verifier.c,
  process_iter_next_call()). It takes one by the kfuncs of `reference`, as of net, or by those that the
  kernel has, such as bpf_task_acquire().
- A state cannot be handed from one iterator to another: bpf_iter_X_new() alone may make one
  (kernel/bpf/btf.c, btf_check_iter_kfuncs()), and none of the three takes a second iterator
  (kernel/bpf/verifier.c, is_kfunc_arg_iter()). A companion may take several that live.
- RCU cannot stand in for the locks of `hlist_nulls` buckets: the node that links a listening socket
  links it into the table of connections when it is connected (net/ipv4/inet_hashtables.c,
  __inet_hash() and inet_ehash_insert(), 6.12), and a reader that stands there goes on in that table.
- The elements of a nested walk cannot be held (W20).
- An IDA holds ids and no pointers: `index` walks them where the kernel has ida_find_first_range()
  (include/linux/idr.h, 7.3), with a helper that gives the end for its -ENOENT. 6.12 has nothing for that.
- An argument cannot be kept by a lock of the caller; such a lock is one that has a name.
"""


def page() -> str:
    """The whole page."""
    its = [*_proposed()]
    return "".join((HEAD, WALKED, *map(_walked, its), CALLED, *map(_called, its), BEYOND))


def _proposed() -> Iterator[Spec]:
    target = profile(releases()[-1])
    for path in sorted((resources.specs() / "proposed").glob("*.yaml")):
        yield from frontend.read([path], target, named=()).iterators


def _walked(it: Spec) -> str:
    walks = dict.fromkeys(kind for case in it.cases for kind in KINDS if kind in case.node.value)
    locks = (lock.kind if lock.kind != CALLER else f"{CALLER} of new()" for lock in it.every_lock)
    raw = sum(raw_lines(snippet) for _, snippet in slots(it))
    lasting = it.node["element"]["lifetime"].value
    kept = lasting if isinstance(lasting, str) else _keys(lasting)
    kept += "; reference" if it.held.reference else ""
    name = f"[{it.name}](../specs/proposed/{it.name}.yaml)"
    return _row(name, _code(walks), _code(locks), f"`{it.element}`", f"`{kept}`", str(raw))


def _called(it: Spec) -> str:
    context = [*it.context.node.value]
    arguments = (
        f"{a.name}: {', '.join(key for key in a.node.value if key not in _USUAL)}" for a in it.arguments
    )
    taken = (f"{one.name}: {', '.join(key for key in one.node.value if key != 'type')}" for one in it.taken)
    return _row(it.name, _code(context), _code(arguments), _code(taken), _code(it.place.node.value))


_USUAL = ("type", "doc")


def _keys(lifetime: dict[str, dict[str, str]]) -> str:
    """A lifetime with what depends on it, by their keys."""
    ((word, below),) = lifetime.items()
    return f"{word}: {', '.join(below)}"


def _code(words: Iterator[str] | dict[str, object] | list[str]) -> str:
    return ", ".join(f"`{word.removesuffix(': ')}`" for word in words)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell(one) for one in cells)} |\n"
