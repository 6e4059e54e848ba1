# SPDX-License-Identifier: GPL-2.0-only
"""H42 and on: further kfuncs that take the iterator."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
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
    for c in s.it.companions:
        if c.name in own:
            yield Hit(c.node.key_at, f"'{c.name}' is generated already")


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
