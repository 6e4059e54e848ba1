# SPDX-License-Identifier: GPL-2.0-only
"""H42 and on: further kfuncs, which take the iterator or an element."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.spec.element import IN_STATE
from kiter.spec.rewrite import without


@rule(
    "H42",
    "companion-argument-shadows-field",
    "an argument of a companion that shadows a field",
    "the bare name is the argument's, so the statements cannot access the field of that name",
    hint="rename the argument; or write kit->NAME where the field is meant",
)
def hidden_field(s: Subject) -> Iterator[Hit]:
    state = {a.name for a in s.it.arguments if a.keep} | {f.name for f in s.it.fields} | s.cursors
    state |= {r.name for r in s.it.taken}
    for c in s.it.companions:
        texts = [u.text.replace(" ", "") for u in s.uses if u.slot.part is c]
        for p in c.parameters:
            if p.name in state and not any(f"kit->{p.name}" in text for text in texts):
                yield Hit(c.node["arguments"][p.name].key_at, f"'{p.name}' is in the state too")


@rule(
    "H43",
    "companion-name-taken",
    "a companion with a name that is in use",
    "kfunc names are unique in the kernel, and the iterator's own kfuncs have this one",
    kernel="kernel/bpf/btf.c, btf_populate_kfunc_set()",
    hint="choose another name",
)
def taken_name(s: Subject) -> Iterator[Hit]:
    own = {f"bpf_iter_{s.it.name}_{what}" for what in ("new", "next", "destroy", "release")}
    own |= {f"bpf_iter_{s.it.name}_{h.name}" for h in s.it.helpers}
    for name, node in s.it.further:
        if name in own:
            yield Hit(node.key_at, f"'{name}' is generated already")
        own.add(name)


@rule(
    "H44",
    "companion-in-foreign-set",
    "a companion in sets of another file",
    "a set that exists stands in the file that the iterator joins; a file of its own has none",
    hint="add 'placement: {file: ...}', or remove 'sets'",
)
def sets_elsewhere(s: Subject) -> Iterator[Hit]:
    for c in s.it.companions:
        if c.sets and not s.it.file:
            yield Hit(c.node["sets"].key_at, "'sets' without 'file'")


@rule(
    "H45",
    "rcu-companion-without-object",
    "'rcu' on a companion that takes no object",
    "KF_RCU is about pointers to objects",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="remove it",
    fixable=True,
)
def rcu_for_numbers(s: Subject) -> Iterator[Hit]:
    for c in s.it.companions:
        if c.rcu and not s.it.rcu and not any(p.type.endswith("*") for p in c.parameters):
            edit = without(c.node["rcu"])
            yield Hit(c.node["rcu"].key_at, f"'{c.name}' takes no pointer", edit=edit)


@rule(
    "H46",
    "reference-without-object",
    "a reference that cannot be taken",
    "a program holds it when the walk has gone on: it must be to an object that has a count; inside an RCU "
    "critical section the verifier lets pass what RCU alone keeps, and then that may be 0 already",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(), for KF_RCU; kernel/bpf/helpers.c, bpf_task_acquire()",
    hint="say 'put', and 'get' or 'tryget', in 'reference'; under RCU 'tryget'",
)
def untakeable(s: Subject) -> Iterator[Hit]:
    if (reference := s.it.held.reference) is None:
        return
    at = s.it.node["element"]["reference"].key_at
    if s.it.lifetime in {"state", *IN_STATE}:
        yield Hit(at, f"'reference' with 'lifetime: {s.it.lifetime}', whose elements are in the state")
    elif reference.put is None or not (reference.get or reference.tryget):
        yield Hit(at, f"nothing says what '{reference.acquire}' takes and '{reference.release}' puts")
    elif s.it.rcu and reference.get is not None:
        yield Hit(reference.get.node.key_at, "'get' of what may be kept by RCU alone, and its count 0")
    for use in s.uses:
        if use.slot.key.startswith("reference.") and not use.words.names & {"pos", *s.cursors}:
            yield Hit(use.at(), f"'{use.slot.key}' does not name the element")


@rule(
    "H47",
    "reference-of-walk",
    "a reference that depends on the walk",
    "the kfuncs take an element alone, and may be called when the walk has ended",
    hint="use what follows from pos",
)
def of_the_walk(s: Subject) -> Iterator[Hit]:
    state = {a.name for a in s.it.arguments} | {f.name for f in s.it.fields} | {r.name for r in s.it.taken}
    reference = s.it.held.reference
    given = (reference.get, reference.tryget, reference.put) if reference else ()
    for use in s.uses:
        for name in sorted(use.names & state) if use.slot.snippet in given else ():
            yield Hit(use.at_name(name), f"'{name}' is of the walk")
