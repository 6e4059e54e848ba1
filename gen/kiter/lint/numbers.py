# SPDX-License-Identifier: GPL-2.0-only
"""W40 to W59: walks over numbers in the state, and what a raw walk says of itself."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Sequence

from kiter.analysis.state import pointee
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, Use
from kiter.lint.tables import rule
from kiter.lint.tokens import Token
from kiter.names import near, only
from kiter.spec.rewrite import added, appended, emptied, following, replaced, without
from kiter.spec.walk import FromTo, Index, Raw, Repeat

SIGNED = frozenset({"int", "long", "s32", "s64"})
WIDE = SIGNED | {"unsigned int", "unsigned long", "u32", "u64", "size_t"}
OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def _counters(s: Subject) -> Iterator[FromTo | Repeat]:
    return (level.walk for level in s.levels if isinstance(level.walk, FromTo | Repeat))


@rule(
    "W43",
    "range-not-an-argument",
    "a range from what is not an argument",
    "a range, or a repetition, takes its numbers from arguments of new()",
    hint="use the name of an argument",
    fixable=True,
)
def no_argument(s: Subject) -> Iterator[Hit]:
    for walk in _counters(s):
        for key in ("from", "to", "times", "element"):
            name = walk.node.text(key)
            if name and s.it.argument(name) is None:
                names = [a.name for a in s.it.arguments if not a.pointer]
                right = only(name, names)
                edit = replaced(walk.node[key], right) if right else None
                yield Hit(walk.node[key].at, f"there is no argument '{name}'", near(name, names), edit)


@rule(
    "W44",
    "repeated-argument-not-kept",
    "a repeated argument that is not kept",
    "each step uses the number and the remaining count, so both are in the state",
    kernel="kernel/bpf/btf.c, btf_check_iter_kfuncs(): next() gets nothing but the iterator",
    hint="add 'keep: copy' to the argument",
    fixable=True,
)
def counter_not_kept(s: Subject) -> Iterator[Hit]:
    for walk in _counters(s):
        for key in ("times", "element"):
            a = s.it.argument(walk.node.text(key))
            if a is not None and not a.keep:
                edit = added(a.node, "keep", "copy", before="doc")
                yield Hit(walk.node[key].at, f"the argument '{a.name}' is not kept", edit=edit)


@rule(
    "W45",
    "range-type-mismatch",
    "an argument of another type than the walk counts in",
    "the number would be truncated or change its sign, or the step past the end would not be detected",
    kernel="tools/testing/selftests/bpf/progs/iters_num.c, for the ends of the range",
    hint="'from', 'to' and 'element' have the type that the elements point to, 'times' is signed",
)
def counter_type(s: Subject) -> Iterator[Hit]:
    for walk in _counters(s):
        for key in ("from", "to", "element", "times"):
            a = s.it.argument(walk.node.text(key))
            if a is None:
                continue
            right = a.type in SIGNED if key == "times" else a.type == pointee(s.it)
            if not right or (key in {"from", "to"} and a.type not in WIDE):
                yield Hit(walk.node[key].at, f"'{key}' is '{a.name}', of type '{a.type}'")


def _ends(s: Subject) -> Iterator[tuple[Index, Use]]:
    for use in s.uses:
        if use.slot.key == "index.end" and use.slot.level and isinstance(use.slot.level.walk, Index):
            yield use.slot.level.walk, use


@rule(
    "W46",
    "index-end-not-in-state",
    "an index whose end is not in the state",
    "an empty iterator is one whose end is 0, so the end must follow from what new() has stored",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_next(), 6.11 and later",
    hint="use kept arguments and fields, such as nr_words * 64",
)
def end_elsewhere(s: Subject) -> Iterator[Hit]:
    kept = {a.name for a in s.it.arguments if a.keep} | {f.name for f in s.it.fields}
    for _, use in _ends(s):
        if not use.names & (kept | {a.name for a in s.it.arguments}):
            yield Hit(use.at(), f"'{use.text}' names no kept argument and no field")


@rule(
    "W47",
    "index-never-empty",
    "an index that is never empty",
    "when new() fails or the walk is over, what the end is made of is 0, and then the end must be 0 too",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="leave out what is added: the end is 0 when its arguments are",
)
def never_empty(s: Subject) -> Iterator[Hit]:
    for _, use in _ends(s):
        if (end := _at_zero(use)) not in {None, 0}:
            yield Hit(use.at(), f"'{use.text}' is {end} for an empty iterator")


def _at_zero(use: Use) -> int | None:
    """What plain arithmetic gives when every name is 0; None for anything else."""
    allowed = set("()+-*/")
    parts = []
    for token in use.words.tokens:
        if token.kind == "number":
            parts.append(token.text.rstrip("uUlL"))
        elif token.kind == "word":
            parts.append("0")
        elif token.text in allowed:
            parts.append("//" if token.text == "/" else token.text)
        else:
            return None
    return _value("".join(parts))


def _value(text: str) -> int | None:
    try:
        return _worked_out(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _worked_out(node: ast.expr) -> int:
    """The value of integer arithmetic; raises ValueError for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.BinOp) and (act := OPERATORS.get(type(node.op))) is not None:
        return act(_worked_out(node.left), _worked_out(node.right))
    raise ValueError


@rule(
    "W48",
    "unsigned-index",
    "an index that cannot be -1",
    "the index begins at -1, before the first number, and is compared with the end",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="use a signed type for the elements, such as int *",
)
def unsigned_index(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        number = "struct" not in s.it.element.split()
        if isinstance(level.walk, Index) and number and pointee(s.it) not in SIGNED:
            yield Hit(s.it.node["element"]["type"].at, f"'{pointee(s.it)}' has no -1")


@rule(
    "W49",
    "index-does-not-advance",
    "an index that does not advance",
    "the next number must follow from the last one, and be searched only below the end",
    kernel="kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later",
    hint="use the index and 'end', such as find_next_bit(words, end, bit + 1)",
)
def index_stands(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if use.slot.key == "index.next" and use.slot.level:
            name = use.slot.level.walk.name
            for wanted in (name, "end"):
                if wanted not in use.names:
                    yield Hit(use.at(), f"'next' does not use '{wanted}'")


ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "++", "--"])


def _written(use: Use) -> dict[str, int]:
    """The names that statements assign to, or hand on by address, and where they do first."""
    found: dict[str, int] = {}
    tokens = use.words.tokens
    for i, token in enumerate(tokens):
        if not token.free:
            continue
        before = "".join(t.text for t in tokens[max(i - 2, 0) : i])
        after = "".join(t.text for t in tokens[i + 1 : i + 4])
        stored = after.startswith(tuple(ASSIGNMENTS)) and not after.startswith("==")
        handed = _addressed(tokens, i) and not after.startswith("->") and not _compared(tokens, i)
        if stored or handed or before in {"++", "--"}:
            found.setdefault(token.text, token.offset)
    return found


def _addressed(tokens: Sequence[Token], i: int) -> bool:
    """Whether the address of a name is taken, or of what it is or points to."""
    before = "".join(t.text for t in tokens[max(i - 2, 0) : i])
    return before.endswith("&") and before[-2:] not in {"&&", ")&"} and not before[:1].isalnum()


def _compared(tokens: Sequence[Token], i: int) -> bool:
    """Whether what is addressed is compared: an address says nothing of what stands there."""
    end = i + 1
    while end + 1 < len(tokens) and tokens[end].text in {".", "->"}:
        end += 2
    before = "".join(t.text for t in tokens[max(i - 3, 0) : i - 1])
    after = "".join(t.text for t in tokens[end : end + 2])
    return not {before, after}.isdisjoint({"==", "!="})


def _read(use: Use, written: Collection[str]) -> set[str]:
    """The names that are used otherwise than as the target of an assignment, or as an address to compare."""
    found = set()
    tokens = use.words.tokens
    for i, token in enumerate(tokens):
        after = tokens[i + 1].text if i + 1 < len(tokens) else ""
        twice = tokens[i + 2].text if i + 2 < len(tokens) else ""
        only = token.text in written and after == "=" and twice != "="
        place = _addressed(tokens, i) and after != "->" and _compared(tokens, i)
        if token.free and not only and not place:
            found.add(token.text)
    return found


def _declared(s: Subject) -> Iterator[tuple[Raw, str, set[str], set[str]]]:
    """For each raw walk and each of its two lists, what is declared and what the statements do."""
    state = {a.name for a in s.it.arguments} | {f.name for f in s.it.fields}
    state |= {r.name for r in s.it.taken}
    for level in s.levels:
        if not isinstance(walk := level.walk, Raw):
            continue
        uses = [use for use in s.uses if use.slot.snippet is walk.next]
        written = {name for use in uses for name in _written(use)} & state
        read = {name for use in uses for name in _read(use, written)} & state
        yield walk, "reads", set(walk.reads), read
        yield walk, "writes", set(walk.writes), written


@rule(
    "W50",
    "raw-walk-undeclared-use",
    "a raw walk that uses more than it declares",
    "readers and the linter rely on what the statements declare to read and write",
    hint="add the name to 'reads' or 'writes'",
    fixable=True,
)
def undeclared(s: Subject) -> Iterator[Hit]:
    for walk, key, declared, used in _declared(s):
        written = {name for w, k, _, names in _declared(s) for name in names if w is walk and k == "writes"}
        for name in sorted(used - declared - (written if key == "reads" else set())):
            use = next(u for u in s.uses if u.slot.snippet is walk.next and name in u.names)
            edit = appended(walk.node[key], name)
            yield Hit(use.at_name(name), f"'{name}' is not in '{key}'", f"add the name to '{key}'", edit)


@rule(
    "W51",
    "raw-walk-unused-declaration",
    "a raw walk that declares more than it uses",
    "a list that names more than is used misleads the reader",
    hint="remove the name",
    fixable=True,
)
def declared_for_nothing(s: Subject) -> Iterator[Hit]:
    for walk, key, declared, used in _declared(s):
        for item in walk.node[key].each():
            if item.value in declared - used:
                edit = without(item) if len(walk.node[key].value) > 1 else emptied(walk.node[key])
                edit = following(edit)
                yield Hit(item.at, f"the statements do not {key[:-1]} '{item.value}'", edit=edit)


@rule(
    "W52",
    "raw-walk-writes-non-field",
    "a raw walk that writes to what is not a field",
    "an argument or resource that is overwritten can no longer be released",
    hint="add a field of its own: state: {NAME: {type: ..., init: ...}}",
)
def writes_no_field(s: Subject) -> Iterator[Hit]:
    fields = {field.name for field in s.it.fields}
    for walk, key, _, used in _declared(s):
        for name in sorted(used - fields) if key == "writes" else ():
            use = next(u for u in s.uses if u.slot.snippet is walk.next and name in _written(u))
            yield Hit(use.at(_written(use)[name]), f"'{name}' is written, but it is not a field")
