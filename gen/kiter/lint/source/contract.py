# SPDX-License-Identifier: GPL-2.0-only
"""I01 to I19: what next() and destroy() must find after new(), and what they must leave."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.csource.nodes import Node, above, below, named, text
from kiter.errors import Position
from kiter.lint.flow import slips
from kiter.lint.rule import Hit
from kiter.lint.source.function import ZEROS, Function, value_of
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule
from kiter.lint.tokens import words
from kiter.lint.vocabulary import SLEEPERS, SLEEPING_FAMILIES

NEXT_CALL = "kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later"
UNINIT = (
    "kernel/bpf/verifier.c, is_iter_reg_valid_uninit(), 6.4 and later: destroy() runs whatever new() gave"
)


def _at(trio: Trio, node: Node) -> Position:
    return trio.source.at(node)


def _live(trio: Trio) -> set[str]:
    """The fields that next() and destroy() go by to tell a live iterator."""
    found: set[str] = set()
    for function in (trio.next, trio.destroy):
        first = next(iter(function.all("if_statement")), None)
        found |= function.fields(_asked_first(named(first, "condition"))) if first is not None else set()
    return found


def _asked_first(condition: Node | None) -> Node | None:
    """The part of a condition that is always worked out: what stands behind || and && may not be."""
    while condition is not None:
        inner = condition.named_children[0] if condition.named_children else None
        logical = condition.type == "binary_expression" and text(named(condition, "operator")) in {"||", "&&"}
        if not logical and condition.type != "parenthesized_expression":
            break
        condition = named(condition, "left") if logical else inner
    return condition


def _used(trio: Trio) -> set[str]:
    return trio.next.fields(trio.next.body) | trio.destroy.fields(trio.destroy.body)


def _fails(new: Function) -> list[Node]:
    """The returns of errors, and what jumps to one."""
    returns = [r for r in new.returns if value_of(r) != "0"]
    return sorted([*returns, *new.all("goto_statement")], key=lambda node: node.start_byte)


@rule(
    "I01",
    "the iterator is not emptied before the first error return",
    "bpf_for_each() ignores the error: next() and destroy() then run on what the stack held",
    kernel=UNINIT,
    hint="store the empty state first in new(), before anything is checked",
)
def not_emptied(trio: Trio) -> Found:
    new, fails = trio.new, _fails(trio.new)
    if not fails:
        return
    first = fails[0]
    early = {field for field, _, at in new.stores if at.start_byte < first.start_byte}
    whole = new.cleared is not None and new.cleared < first.start_byte
    stored = {field for field, _, _ in new.stores}
    wanted = (_live(trio) or _used(trio)) & (stored or _used(trio))
    if not whole:
        for field in sorted(wanted - early):
            yield Hit(_at(trio, first), f"'{field}' is not stored when new() fails here")


@rule(
    "I02",
    "next() starts again after the end",
    "the verifier takes a drained iterator for drained for ever: a loop that asks once more would not end",
    kernel=NEXT_CALL,
    hint="empty what next() tests first, when there is no next element",
)
def not_sticky(trio: Trio) -> Found:
    following = trio.next
    written = {field for field, _, _ in following.stores} | following.counted
    for guard in following.guards():
        if following.fields(guard) & written:
            return
    if trio.opaque is None and not following.state:
        return
    last = following.returns[-1] if following.returns else None
    if last is not None and not _native(following, last) and not _handed_on(following):
        yield Hit(_at(trio, last), "nothing keeps the next call from beginning again")


def _native(function: Function, last: Node) -> bool:
    """Whether it returns what another iterator of the kernel gives, which is its own business."""
    value = last.named_children[0] if last.named_children else None
    if value is None or value.type != "call_expression":
        return False
    arguments = named(value, "arguments")
    return arguments is not None and len(arguments.named_children) == 1 and bool(function.fields(arguments))


def _handed_on(function: Function) -> bool:
    """Whether another function gets the whole state at the end, and may empty it."""
    return any(
        text(one) in function.state
        for call in function.calls
        for one in (named(call, "arguments") or call).named_children
    )


@rule(
    "I03",
    "destroy() gives back without looking whether there is anything",
    "destroy() is called after a failed new(), and after the end",
    kernel=UNINIT,
    hint="return first when the iterator is empty",
)
def unguarded_destroy(trio: Trio) -> Found:
    destroy = trio.destroy
    first = next(iter(destroy.guards()), None)
    for call in destroy.calls:
        inside = above(call, "if_statement")
        later = first is not None and first.start_byte < call.start_byte
        name = text(named(call, "function"))
        if inside is None and not later and destroy.fields(named(call, "arguments")) and not name.isupper():
            yield Hit(_at(trio, call), f"'{name}' runs on an empty iterator too")


@rule(
    "I04",
    "next() clears what destroy() goes by",
    "destroy() then takes the iterator for one that holds nothing, and what it holds leaks",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_destroy(), 6.11 and later, for nr_bits",
    hint="give back before clearing, or let destroy() test what it gives back",
)
def cleared_discriminator(trio: Trio) -> Found:
    destroy = trio.destroy
    tests = {f for one in destroy.all("if_statement") for f in destroy.fields(named(one, "condition"))}
    freed = {f for call in destroy.calls for f in destroy.fields(named(call, "arguments"))}
    releases = {text(named(call, "function")) for call in destroy.calls}
    if freed - tests and not releases & {text(named(call, "function")) for call in trio.next.calls}:
        for field, value, at in trio.next.stores:
            if field in tests and text(value) in ZEROS:
                yield Hit(_at(trio, at), f"'{field}' is what destroy() tests")


@rule(
    "I05",
    "a size that may overflow",
    "a program chooses the number: the product wraps, and what is copied does not fit",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later",
    hint="refuse a number that is too large before it is multiplied, with -E2BIG",
)
def overflowing(trio: Trio) -> Found:
    new = trio.new
    numbers = {p.name for p in new.parameters if not p.pointer}
    compared = {
        text(one)
        for test in new.all("binary_expression")
        if text(named(test, "operator")) in {">", ">=", "<", "<="}
        for one in (named(test, "left"), named(test, "right"))
    }
    for one in new.all("binary_expression"):
        if text(named(one, "operator")) in {"*", "<<"}:
            for side in (named(one, "left"), named(one, "right")):
                if text(side) in numbers - compared:
                    yield Hit(_at(trio, one), f"'{text(side)}' is multiplied, but never bounded")


@rule(
    "I06",
    "a companion that follows the state of a failed iterator",
    "the verifier takes the iterator for initialized whatever new() returned",
    kernel="kernel/bpf/verifier.c, process_iter_arg(); kernel/sched/ext.c, scx_dsq_move()",
    hint="test what next() tests, before anything is followed",
)
def companion_unguarded(trio: Trio) -> Found:
    for function in _callable(trio):
        tested: set[str] = set()
        for one in function.all("if_statement"):
            tested |= function.fields(named(one, "condition"))
        for node in _followed(function):
            if not function.fields(node) & tested and not _live(trio) & tested:
                name = sorted(function.fields(node))[0]
                yield Hit(_at(trio, node), f"'{name}' is followed, live or not")
                break


def _receivers(trio: Trio, companion: Function) -> Iterator[Function]:
    """The functions of the file that get the iterator from a companion."""
    for call in companion.calls:
        given = {text(one) for one in below(named(call, "arguments"), "identifier")}
        function = trio.functions.get(text(named(call, "function")))
        if function is not None and given & companion.state:
            yield function


def _followed(function: Function) -> Iterator[Node]:
    """Where a pointer that the state holds is followed."""
    for node in function.all("field_expression"):
        inner = named(node, "argument")
        arrow = any(child.type == "->" for child in node.children)
        if inner is None or not arrow:
            continue
        alias = inner.type == "identifier" and text(inner) in function.aliases
        if alias or (inner.type == "field_expression" and function.field(inner)):
            yield node


@rule(
    "I07",
    "an entry of a list that may be empty",
    "for an empty list, and at the end, the macro makes a pointer out of the head, which is no element",
    kernel="include/linux/list.h, list_first_entry()",
    hint="use a macro that ends in _or_null, or look at list_empty() first",
)
def bogus_entry(trio: Trio) -> Found:
    for function in trio.kfuncs:
        looked = any("list_empty" in text(named(call, "function")) for call in function.calls)
        for call in function.calls:
            name = text(named(call, "function"))
            first = name in {"list_first_entry", "list_first_entry_rcu", "list_last_entry"}
            raw = name in {"list_entry", "list_entry_rcu"} and "next" in text(named(call, "arguments"))
            if (first or raw) and not looked:
                yield Hit(_at(trio, call), f"'{name}' never gives NULL")


@rule(
    "I08",
    "what may sleep in an iterator that must not",
    "programs that must not sleep may call it, and so may those in an RCU critical section",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), for KF_SLEEPABLE",
    hint="use bpf_mem_alloc(), or register all three kfuncs with KF_SLEEPABLE",
)
def sleeping(trio: Trio) -> Found:
    for what, function in zip(("new", "next", "destroy"), trio.kfuncs, strict=True):
        if "KF_SLEEPABLE" in (trio.flags(what) or ()):
            continue
        for one in function.all("identifier"):
            if text(one) in SLEEPERS or text(one).startswith(SLEEPING_FAMILIES):
                yield Hit(_at(trio, one), f"'{text(one)}' may sleep")


@rule(
    "I09",
    "a lock, or an RCU section, held from one kfunc to another",
    "the verifier does not see it: two iterators of one program deadlock, or it sleeps in the section",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), follows only bpf_rcu_read_lock() and bpf_spin_lock()",
    hint="take and drop it inside each call; let the program hold the RCU section with KF_RCU_PROTECTED",
)
def held_across(trio: Trio) -> Found:
    for function in trio.kfuncs:
        body = (function.body.text or b"").decode()
        for slip in slips(words(body[1:-1]), frozenset(trio.functions)):
            row = function.body.start_point[0] + body[1:].count("\n", 0, slip.at.offset)
            begin = body[1:].rfind("\n", 0, slip.at.offset)
            yield Hit(trio.source.line(row, slip.at.offset - begin - 1), slip.message)


@rule(
    "I10",
    "a pointer that is stored, with nothing to keep its object alive",
    "an argument is alive during the call, not after it",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="take a reference, or register new() with KF_RCU_PROTECTED",
)
def stored_pointer(trio: Trio) -> Found:
    flags = trio.flags("new")
    if flags is None or "KF_RCU_PROTECTED" in flags:
        return
    pointers = {p.name for p in trio.new.parameters[1:] if p.pointer and p.type.startswith("struct")}
    taken = {
        text(one)
        for call in trio.new.calls
        if "get" in text(named(call, "function"))
        for one in below(named(call, "arguments"), "identifier")
    }
    for one in trio.new.all("assignment_expression"):
        left, right = named(one, "left"), named(one, "right")
        if left is not None and left.type == "field_expression" and text(right) in pointers - taken:
            yield Hit(_at(trio, one), f"'{text(right)}' is stored without a reference")


@rule(
    "I11",
    "flags that are not checked",
    "what is accepted today means something, or nothing, for ever: no value can be given a meaning later",
    kernel="kernel/bpf/task_iter.c, bpf_iter_css_task_new(), 6.7 and later",
    hint="refuse whatever is not known: a switch with 'default: return -EINVAL', or a mask",
)
def unchecked_flags(trio: Trio) -> Found:
    for p in trio.new.parameters[1:]:
        if p.pointer or "flag" not in p.name:
            continue
        switched = any(
            p.name in text(named(one, "condition")) and "default" in text(one)
            for one in trio.new.all("switch_statement")
        )
        tested = any(p.name in text(named(one, "condition")) for one in trio.new.all("if_statement"))
        if not switched and not tested:
            yield Hit(_at(trio, p.node), f"any value of '{p.name}' is accepted")


@rule(
    "I12",
    "the end clears what companions read",
    "a companion takes a walk that has ended for one that never began, and does nothing where it could",
    kernel="kernel/sched/ext/ext.c, scx_dsq_move(), which moves a task after a full walk",
    hint="mark the end in a field that next() and destroy() alone read",
)
def companion_silenced(trio: Trio) -> Found:
    read = {path for one in _callable(trio) for path in _paths(one)}
    for field, value, at in trio.next.stores:
        fixed = all(text(other) in ZEROS for name, other, _ in trio.next.stores if name == field)
        path = _path(named(at, "left"))
        seen = any(other == path or other.startswith((f"{path}.", f"{path}->")) for other in read)
        if seen and fixed and text(value) in ZEROS and not _given_back(trio.next, field, at):
            yield Hit(_at(trio, at), f"companions read '{path}' after the end, too")


def _paths(function: Function) -> Iterator[str]:
    """What a function names of the state, as it stands behind the first arrow."""
    for one in function.all("field_expression"):
        whole = one.parent is None or one.parent.type != "field_expression"
        if whole and function.field(one):
            yield _path(one)


def _path(member: Node | None) -> str:
    return text(member).partition("->")[2]


def _callable(trio: Trio) -> Iterator[Function]:
    """The companions, and what they hand the iterator to."""
    for companion in trio.companions:
        yield from (companion, *_receivers(trio, companion))


def _given_back(function: Function, field: str, at: Node) -> bool:
    """Whether a call beside the store has what the field held: it is not to be read any more."""
    block = above(at, "compound_statement", "if_statement")
    beside = block.named_children if block is not None and block.type == "compound_statement" else ()
    alone = (one for one in beside if one.type == "expression_statement")
    calls = (call for one in alone for call in below(one, "call_expression"))
    return any(field in function.fields(named(call, "arguments")) for call in calls)
