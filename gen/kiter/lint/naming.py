# SPDX-License-Identifier: GPL-2.0-only
"""K01 to K05: the names of iterators and of what they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.state import start_field
from kiter.lint.rule import Hit
from kiter.lint.subject import Role, Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import C_WORDS, KFUNC_NAMES, SIZE_NAMES, SUFFIXES, TEST_NAMES
from kiter.spec.argument import Argument
from kiter.spec.node import Node
from kiter.spec.resource import Buffer
from kiter.spec.source import Source
from kiter.spec.walk import FromTo, Index, Repeat, Ring

# what is called by a longer name in C, and what stands in a function without the kfuncs' variables
APART = {"helper": frozenset[str](), "parameter": frozenset({"it", "kit"})}
LONGEST_NAME = 63 - len("_iter_failure")


@rule(
    "K01",
    "iterator-name-too-long",
    "the iterator's name is too long",
    "the skeleton of the failing programs is called <name>_iter_failure, and a skeleton's name is cut at 63",
    kernel="tools/bpf/bpftool/gen.c, MAX_OBJ_NAME_LEN; kernel/bpf/btf.c, btf_check_iter_kfuncs() allows more",
    hint=f"use at most {LONGEST_NAME} characters",
)
def long_name(s: Subject) -> Iterator[Hit]:
    if len(s.it.name) > LONGEST_NAME:
        yield Hit(s.it.node["iterator"].at, f"'{s.it.name}' has {len(s.it.name)} characters")


def _named(s: Subject) -> Iterator[tuple[str, str, Node]]:
    """What, name and place of everything that a snippet can name."""
    for a in s.it.arguments:
        yield "argument", a.name, a.node
    for field in s.it.fields:
        yield "state field", field.name, field.node
    for level in s.levels:
        if (given := level.walk.node.get("as")) is not None:
            yield "cursor", level.walk.name, given
    for taken in s.it.taken:
        yield ("buffer" if isinstance(taken, Buffer) else "resource"), taken.name, taken.node
    for helper in s.it.helpers:
        yield "helper", helper.name, helper.node
        for name, _ in helper.takes:
            yield "parameter", name, helper.node["takes"][name]
    yield from (("kfunc", name, node) for name, node in s.it.further)
    for c in s.it.companions:
        for p in c.parameters:
            yield "parameter", p.name, c.node["arguments"][p.name]


@rule(
    "K02",
    "reserved-word",
    "a reserved word of C",
    "it is a word of C, or a macro of every kernel file",
    hint="choose another name",
)
def c_word(s: Subject) -> Iterator[Hit]:
    named = [*_named(s), *(("flag", f.flag, f.node) for a in s.it.arguments for f in a.flags)]
    for what, name, node in named:
        if name in C_WORDS:
            yield Hit(node.key_at if what != "cursor" else node.at, f"no {what} can be called '{name}'")


@rule(
    "K03",
    "generated-name-taken",
    "a name that the generated code uses",
    "the kfuncs or the test programs have a variable or field of that name",
    hint="choose another name",
)
def own_word(s: Subject) -> Iterator[Hit]:
    entered = any(isinstance(level.walk, Ring) and level.walk.start for level in s.levels)
    mine = KFUNC_NAMES | ({start_field(s.it)} if entered else frozenset()) | _locals(s)
    for what, name, node in _named(s):
        at = node.at if what == "cursor" else node.key_at
        if name in APART.get(what, mine):
            yield Hit(at, f"the kfuncs call something '{name}' already")
        elif what == "argument" and name in TEST_NAMES:
            yield Hit(at, f"the test programs call something '{name}' already")


def _locals(s: Subject) -> set[str]:
    """What the kfuncs call their own variables where the spec asks for these."""
    it, walks = s.it, [level.walk for level in s.levels]
    found = {"data"} if it.allocate else set()
    found |= {"err"} if it.allocate or it.taken else set()
    found |= {"end"} if any(isinstance(walk, Index) for walk in walks) else set()
    found |= {"prev", "last"} if it.lifetime == "held" else set()
    return found.union(
        *(own for walk in walks if isinstance(walk, Source) for own in walk.of.locals.values())
    )


@rule(
    "K04",
    "duplicate-name",
    "two things with one name",
    "arguments, fields and cursors share the state, where a name means one thing",
    hint="rename one; only a circular list that starts at a kept argument may use its name as cursor",
)
def same_name(s: Subject) -> Iterator[Hit]:
    arguments = {a.name: a for a in s.it.arguments}
    yield from _taken_twice(s)
    for field in s.it.fields:
        if field.name in arguments:
            yield Hit(field.node.key_at, f"'{field.name}' is an argument too")
        elif field.name in s.cursors:
            yield Hit(field.node.key_at, f"'{field.name}' is a cursor too")
    taken = {*arguments, *s.cursors, *(f.name for f in s.it.fields)}
    for flag in (flag for a in s.it.arguments for flag in a.flags):
        if flag.flag in taken:
            yield Hit(flag.node.key_at, f"'{flag.flag}' is the name of a flag and of something else")
    for level in s.levels:
        a = arguments.get(level.walk.name)
        if isinstance(level.walk, FromTo | Repeat):
            continue  # its element is a kept argument
        if a and not _shared(s, a, isinstance(level.walk, Ring), level.role, level.type):
            node = level.walk.node.get("as")
            at = node.at if node else a.node.key_at
            yield Hit(at, f"'{a.name}' is an argument and a cursor")


def _taken_twice(s: Subject) -> Iterator[Hit]:
    """Resources and helpers that share a name with anything else that a snippet can name."""
    taken = {a.name: "argument" for a in s.it.arguments}
    taken |= dict.fromkeys(s.cursors, "cursor") | {f.name: "field" for f in s.it.fields}
    for what, parts in (("resource", s.it.resources), ("buffer", s.it.buffers), ("helper", s.it.helpers)):
        for part in parts:
            if (other := taken.setdefault(part.name, what)) is not what:
                article = "an" if other == "argument" else "a"
                yield Hit(part.node.key_at, f"'{part.name}' is {article} {other} too")


def _shared(s: Subject, a: Argument, ring: bool, role: Role, cursor_type: str) -> bool:
    """A ring's cursor may take over the field of an argument that next() keeps."""
    return ring and role is not Role.INNER and bool(a.keep) and a.type == (cursor_type or s.it.element)


@rule(
    "K05",
    "verifier-suffix",
    "a parameter name with a suffix that the verifier reads",
    "suffixes such as __sz, __k or __ign change what a program may pass",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_mem_size() and its neighbours",
    hint="rename the argument; 'nullable: true' appends __nullable",
)
def suffixed(s: Subject) -> Iterator[Hit]:
    for name, _, node in s.passed:
        if name in SIZE_NAMES or any(name.endswith(suffix) for suffix in SUFFIXES):
            yield Hit(node.key_at, f"the verifier gives the argument '{name}' a special meaning")
