# SPDX-License-Identifier: GPL-2.0-only
"""K: what C, the registration of kfuncs and the verifier demand of names, types and places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.lint.rule import Hit, near, rule, rule_together
from kiter.lint.subject import Role, Subject
from kiter.lint.vocabulary import (
    C_WORDS,
    ERRNOS,
    KFUNC_NAMES,
    SCALARS,
    SIZE_NAMES,
    SUFFIXES,
    TAKEN_FILES,
    TAKEN_TESTS,
    TEST_NAMES,
)
from kiter.lower.names import private_headers
from kiter.lower.state import SIZES, start_field
from kiter.spec import iterator
from kiter.spec.argument import Argument
from kiter.spec.node import Node
from kiter.spec.walk import Counter, Index, Ring

LONGEST_NAME = 63 - len("_iter_failure")
MOST_WORDS = 32
MANY_WORDS = 8


@rule(
    "K01",
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
    for r in s.it.resources:
        yield "resource", r.name, r.node
    for helper in s.it.helpers:
        yield "helper", helper.name, helper.node
        for name, _ in helper.takes:
            yield "parameter", name, helper.node["takes"][name]
    for c in s.it.companions:
        yield "companion", c.name, c.node
        for p in c.parameters:
            yield "parameter", p.name, c.node["arguments"][p.name]


@rule(
    "K02",
    "a name that C does not allow",
    "it is a word of C, or a macro of every kernel file",
    hint="choose another name",
)
def c_word(s: Subject) -> Iterator[Hit]:
    named = [*_named(s), *(("flag", case.flag, case.node) for case in s.it.cases if case.flag)]
    for what, name, node in named:
        if name in C_WORDS:
            yield Hit(node.key_at if what != "cursor" else node.at, f"no {what} can be called '{name}'")


@rule(
    "K03",
    "a name that the emitted code uses",
    "the kfuncs or the test programs have a variable or field of that name",
    hint="choose another name",
)
def own_word(s: Subject) -> Iterator[Hit]:
    entered = any(isinstance(level.walk, Ring) and level.walk.start for level in s.levels)
    mine = KFUNC_NAMES | ({start_field(s.it)} if entered else frozenset()) | _locals(s)
    for what, name, node in _named(s):
        at = node.at if what == "cursor" else node.key_at
        if name in (mine - {"head", "at", "wrapped", "live"} if what == "parameter" else mine):
            yield Hit(at, f"the kfuncs call something '{name}' already")
        elif what == "argument" and name in TEST_NAMES:
            yield Hit(at, f"the test programs call something '{name}' already")


def _locals(s: Subject) -> set[str]:
    """What the kfuncs call their own variables where the spec asks for these."""
    it, walks = s.it, [level.walk for level in s.levels]
    found = {"data"} if it.allocate else set()
    found |= {"err"} if it.allocate or it.resources else set()
    found |= {"end"} if any(isinstance(walk, Index) for walk in walks) else set()
    found |= {"prev", "last"} if it.lifetime == "held" else set()
    return found


@rule(
    "K04",
    "two things with one name",
    "arguments, fields and cursors share the state, where a name means one thing",
    hint="rename one; only the ring that sets out from a kept argument may use its name as cursor",
)
def same_name(s: Subject) -> Iterator[Hit]:
    arguments = {a.name: a for a in s.it.arguments}
    yield from _taken_twice(s)
    for field in s.it.fields:
        if field.name in arguments:
            yield Hit(field.node.key_at, f"'{field.name}' is an argument too")
        elif field.name in s.cursors:
            yield Hit(field.node.key_at, f"'{field.name}' is a cursor too")
    for case in s.it.cases:
        if case.flag and case.flag in {*arguments, *s.cursors, *(f.name for f in s.it.fields)}:
            yield Hit(case.node.key_at, f"'{case.flag}' is the name of a flag and of something else")
    for level in s.levels:
        a = arguments.get(level.walk.name)
        if isinstance(level.walk, Counter):
            continue  # its element is a kept argument
        if a and not _shared(s, a, isinstance(level.walk, Ring), level.role, level.type):
            node = level.walk.node.get("as")
            at = node.at if node else a.node.key_at
            yield Hit(at, f"'{a.name}' is an argument and a cursor")


def _taken_twice(s: Subject) -> Iterator[Hit]:
    """Resources and helpers that share a name with anything else that a snippet can name."""
    taken = {a.name: "argument" for a in s.it.arguments}
    taken |= dict.fromkeys(s.cursors, "cursor") | {f.name: "field" for f in s.it.fields}
    for what, parts in (("resource", s.it.resources), ("helper", s.it.helpers)):
        for part in parts:
            if (other := taken.setdefault(part.name, what)) is not what:
                article = "an" if other == "argument" else "a"
                yield Hit(part.node.key_at, f"'{part.name}' is {article} {other} too")


def _shared(s: Subject, a: Argument, ring: bool, role: Role, cursor_type: str) -> bool:
    """A ring's cursor may take over the field of an argument that next() keeps."""
    return ring and role is not Role.INNER and bool(a.keep) and a.type == (cursor_type or s.it.element)


@rule(
    "K05",
    "a parameter's name that the verifier reads",
    "endings such as __sz, __k or __ign change what a program may pass",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_mem_size() and its neighbours",
    hint="rename the argument; 'nullable: true' gives it the ending __nullable",
)
def suffixed(s: Subject) -> Iterator[Hit]:
    for name, _, node in _passed(s):
        if name in SIZE_NAMES or any(name.endswith(suffix) for suffix in SUFFIXES):
            yield Hit(node.key_at, f"the verifier takes the argument '{name}' for something special")


def _passed(s: Subject) -> Iterator[tuple[str, str, Node]]:
    """Name, type and place of what a program passes."""
    yield from ((a.name, a.type, a.node) for a in s.it.arguments)
    for c in s.it.companions:
        yield from ((p.name, p.type, c.node["arguments"][p.name]) for p in c.parameters)


@rule(
    "K06",
    "an argument's type that no program can pass",
    "a kfunc takes numbers, pointers to structs, and pointers to numbers",
    kernel="kernel/bpf/verifier.c, get_kfunc_ptr_arg_type() and check_kfunc_args(), 6.4 and later",
    hint="use an integer type or a pointer to a struct",
)
def argument_type(s: Subject) -> Iterator[Hit]:
    ignored = {a.node.path for a in s.it.arguments if a.ignored}
    for name, ctype, node in _passed(s):
        found = _unpassable(ctype)
        if found is not None and not (node.path in ignored and ctype.endswith("*")):
            yield Hit(node["type"].at, f"the argument '{name}' is {found}")


def _unpassable(ctype: str) -> str | None:
    words, pointer = ctype.rstrip(" *").split(), ctype.endswith("*")
    if ctype.count("*") > 1:
        return "a pointer to a pointer"
    if "void" in words:
        return "a pointer to void, of which the verifier knows no size" if pointer else "nothing: void"
    if not pointer and {"struct", "union"} & set(words):
        return "a whole struct, passed by value"
    if {"float", "double"} & set(words):
        return "a floating-point number"
    return None


@rule(
    "K07",
    "'nullable' on a number",
    "only a pointer can be NULL",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_nullable(), 6.7 and later",
    hint="take 'nullable' away",
)
def nullable_number(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.nullable and not a.pointer:
            yield Hit(a.node["nullable"].key_at, f"the argument '{a.name}' is no pointer")


@rule(
    "K08",
    "a state that the stack cannot hold",
    "an iterator lives on the program's stack of 512 bytes, which nested loops share",
    kernel="include/linux/filter.h, MAX_BPF_STACK; kernel/bpf/verifier.c, check_max_stack_depth()",
    hint="keep less: a pointer to one object instead of what can be found through it",
)
def huge_state(s: Subject) -> Iterator[Hit]:
    if s.state and s.state.words > MOST_WORDS:
        node = s.it.node.get("state") or s.it.node["iterator"]
        yield Hit(node.key_at, f"the state needs {s.state.words} words of 8 bytes, more than {MOST_WORDS}")


@rule(
    "K09",
    "a large state",
    "an iterator lives on the program's stack of 512 bytes, which nested loops share",
    kernel="include/linux/filter.h, MAX_BPF_STACK",
    hint=f"up to {MANY_WORDS} words are usual",
    severity="warning",
)
def large_state(s: Subject) -> Iterator[Hit]:
    if s.state and MANY_WORDS < s.state.words <= MOST_WORDS:
        node = s.it.node.get("room") or s.it.node.get("state") or s.it.node["iterator"]
        yield Hit(node.key_at, f"the state takes {s.state.words} words of 8 bytes of the program's stack")


@rule(
    "K10",
    "'room' is too small",
    "the opaque struct must be as large as the state that is kept in it",
    hint="make it larger, or leave 'room' out",
)
def small_room(s: Subject) -> Iterator[Hit]:
    if s.state and s.it.room and s.state.words > s.it.room:
        yield Hit(s.it.node["room"].at, f"the state needs {s.state.words} words, not {s.it.room}")


def _no_number(ctype: str) -> bool:
    words = set(ctype.rstrip(" *").split())
    return not ctype.endswith("*") and bool({"struct", "union", "void", "double", "float"} & words)


@rule(
    "K11",
    "a field of unknown size",
    "the size of the opaque struct is worked out without a compiler, so a whole struct cannot be a field",
    hint="keep a pointer, or the numbers that are needed; or say its 'size'",
)
def unsized_field(s: Subject) -> Iterator[Hit]:
    for field in s.it.fields:
        if _no_number(field.type) and not field.size:
            yield Hit(field.node["type"].at, f"the field '{field.name}' is no number and no pointer")


@rule(
    "K12",
    "a type whose size is not known here",
    "8 bytes are reserved for it, which is the most a number takes",
    hint="use a type of the kernel such as u32, if the exact size matters",
    severity="warning",
)
def guessed_size(s: Subject) -> Iterator[Hit]:
    kept = [(a.name, a.type, a.node) for a in s.it.arguments if a.keep or a.name == s.it.select]
    for name, ctype, node in [*kept, *((f.name, f.type, f.node) for f in s.it.fields)]:
        known = ctype.endswith("*") or ctype in SIZES or ctype in SCALARS or " " in ctype
        if not known and not _no_number(ctype):
            yield Hit(node["type"].at, f"the size of '{ctype}', the type of '{name}', is not known")


@rule(
    "K13",
    "a kernel file that exists already",
    "the iterator would get this file for itself, and the kernel has it",
    kernel="kernel/bpf/Makefile",
    hint="choose another name; to join an existing file of kernel/bpf, add 'file:'",
)
def taken_file(s: Subject) -> Iterator[Hit]:
    if not s.it.file and s.it.name in TAKEN_FILES:
        yield Hit(s.it.node["iterator"].at, f"kernel/bpf/{s.it.name}_iter.c is there already")
    elif s.it.name in TAKEN_TESTS:
        yield Hit(s.it.node["iterator"].at, f"the kernel has a selftest {s.it.name}_iter.c already")


@rule(
    "K14",
    "'set' beside 'file'",
    "code that joins an existing file is registered with the common set; an own set comes with an own file",
    kernel="kernel/bpf/helpers.c, common_btf_ids",
    hint="take one of the two away",
)
def set_and_file(s: Subject) -> Iterator[Hit]:
    if s.it.programs and s.it.file:
        yield Hit(s.it.node["set"].key_at, f"'set' cannot be used with 'file: {s.it.file}'")


@rule(
    "K15",
    "no such errno",
    "new() returns one of the kernel's error numbers",
    kernel="include/uapi/asm-generic/errno-base.h and errno.h",
    hint="use an existing one, such as EINVAL",
)
def unknown_errno(s: Subject) -> Iterator[Hit]:
    given = [refusal.node["errno"] for refusal in s.refusals]
    rings = (level.walk for level in s.levels if isinstance(level.walk, Ring) and level.walk.start)
    given += [ring.node["start"]["errno"] for ring in rings]
    given += [r.node["errno"] for r in s.it.resources if r.errno]
    context = s.it.node["context"]
    given += [node for _, node in context["refuse"].items()] if "refuse" in context.value else []
    for r in s.it.resources:
        for errno, node in r.node["fails"].items() if r.fails else ():
            if errno not in ERRNOS:
                yield Hit(node.key_at, f"there is no errno '{errno}'", _meant(errno))
    for node in given:
        if node.value not in ERRNOS:
            yield Hit(node.at, f"there is no errno '{node.value}'", _meant(node.value))


def _meant(errno: str) -> str:
    """What was probably meant; all errnos would be too many to name."""
    hint = near(errno, sorted(ERRNOS))
    return hint if hint.startswith("did") else ""


@rule(
    "K16",
    "a text that ends its comment",
    "texts become C comments, and this ends one",
    hint="write it without '*/'",
)
def comment_end(s: Subject) -> Iterator[Hit]:
    for node, text in s.prose:
        if "*/" in text:
            yield Hit(node.at, "'*/' in a text that becomes a comment")


@rule(
    "K22",
    "a header outside of the kernel tree",
    "a private header is named from the folder of the iterator's file, and must be in the same tree",
    hint="name a header of the tree, such as ../../mm/slab.h from kernel/bpf/",
)
def header_outside(s: Subject) -> Iterator[Hit]:
    for path in private_headers(s.it):
        if path.startswith("../"):
            node = next(n for n in s.it.node["includes"].each() if str(n.value).endswith(path.lstrip("./")))
            yield Hit(node.at, f"'{node.value}' leaves the kernel tree")


@rule_together(
    "K20",
    "two iterators with one name",
    "the kfuncs' names follow from the iterator's, and a kernel can have each only once",
    kernel="kernel/bpf/btf.c, btf_check_iter_kfuncs()",
    hint="rename one, or build the two specs apart",
)
def name_twice(its: Sequence[iterator.Iterator]) -> Iterator[tuple[iterator.Iterator, Hit]]:
    first: dict[str, iterator.Iterator] = {}
    for it in its:
        if (other := first.setdefault(it.name, it)) is not it:
            at = other.node["iterator"].at
            message = f"the iterator '{it.name}' is in {at.file}:{at.line} already"
            yield it, Hit(it.node["iterator"].at, message)


@rule_together(
    "K21",
    "two enums with one name",
    "enumerators and the names of enums are known all over the kernel's types, so each is there once",
    hint="rename one; an enum that another iterator defines is used with 'enum: NAME'",
)
def enum_twice(its: Sequence[iterator.Iterator]) -> Iterator[tuple[iterator.Iterator, Hit]]:
    first: dict[str, Node] = {}
    for it in its:
        for name, node in _defined(it):
            other = first.setdefault(name, node)
            if other.document is not node.document:
                message = f"'{name}' is defined in {other.at.file}:{other.key_at.line} already"
                yield it, Hit(node.key_at, message)


def _defined(it: iterator.Iterator) -> Iterator[tuple[str, Node]]:
    """The names that an iterator's own enum brings along."""
    selector = it.argument(it.select)
    if selector is None or not selector.defines:
        return
    if selector.defines != "enum":
        yield selector.defines, selector.node["defines"]
    for case in it.cases:
        yield case.flag, case.node
