# SPDX-License-Identifier: GPL-2.0-only
"""H01 to H19: resources, what new() takes and what releases it."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, Use, When
from kiter.lint.tables import rule
from kiter.lint.tokens import calls, returns
from kiter.spec.helper import Helper
from kiter.spec.resource import Buffer, Resource
from kiter.spec.snippet import tokens

LIMITED_SIZE = "kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later, for the checks before the copy"
SEVERAL = 2  # errors are told apart by an ERR_PTR()
MULTIPLIED = frozenset({"*", "+"})


@rule(
    "H04",
    "put-without-resource",
    "'put' that does not release the resource",
    "each resource is released once on every path, by its own 'put'",
    kernel="kernel/bpf/task_iter.c, bpf_iter_task_vma_destroy(), 6.7 and later",
    hint="name the resource in 'put'",
)
def puts_another(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        r = use.slot.part
        if use.slot.key == "resource.put" and isinstance(r, Resource) and r.name not in use.names:
            yield Hit(use.at(), f"'put' does not name '{r.name}'")


def _later(s: Subject, names: set[str]) -> Use | None:
    """The first snippet after new() that uses one of the names, other than a resource's own put."""
    for use in s.now:
        after = use.slot.when in {When.NEXT, When.BOTH, When.COMPANION}
        if after and use.slot.key not in {"resource.put", "native.start"} and names & use.names:
            return use
    return None


def _copies(s: Subject, name: str) -> set[str]:
    """A resource, and the fields that hold the pointer, or one found by it."""
    pointers = (field for field in s.it.fields if field.type.endswith("*"))
    return {name} | {field.name for field in pointers if field.init and name in field.init.names()}


@rule(
    "H05",
    "resource-without-reference",
    "a resource without a reference",
    "what new() has only looked up may be freed when next() dereferences it",
    kernel="kernel/bpf/verifier.c, process_iter_arg(), 6.7 and later, for the critical section",
    hint="take a reference in 'get' and add 'put', or add 'context: {rcu: true}'",
)
def looked_up_only(s: Subject) -> Iterator[Hit]:
    held: set[str] = set()
    for r in s.it.resources:
        held |= {r.name} if r.put is not None or _member_of(r, held) else set()
        loose = r.type.endswith("*") and r.name not in held and not s.it.rcu
        if loose and _later(s, _copies(s, r.name)) is not None:
            yield Hit(r.node.key_at, f"'{r.name}' is used after new(), but nothing keeps it alive")


def _member_of(r: Resource, held: set[str]) -> bool:
    """Whether a look-up only follows members of something that is held, which are its to keep."""
    called = any(text == "(" for _, text in tokens(r.get.text))
    return not called and bool(r.get.names()) and r.get.names() <= held


def _bounded(s: Subject) -> set[str]:
    """The names that some check compares with something from above."""
    found: set[str] = set()
    for refusal in s.it.refusals:
        text = refusal.when.text
        if ">" in text.replace("->", "") or "<" in text:
            found |= refusal.when.names()
    return found


@rule(
    "H06",
    "unbounded-buffer",
    "a buffer of unbounded size",
    "a program chooses the number: the product may overflow, or memory be exhausted",
    kernel=LIMITED_SIZE,
    hint="reject what is too large: checks: [{when: nr > 511, fails: {E2BIG: ...}}]",
)
def unbounded(s: Subject) -> Iterator[Hit]:
    bounded = _bounded(s)
    arguments = {a.name for a in s.it.arguments}
    for use in s.uses:
        if use.slot.key == "buffer.count":
            for name in sorted(use.names & arguments - bounded):
                yield Hit(use.at_name(name), f"no check bounds '{name}' before it is multiplied")


@rule(
    "H07",
    "overflow-in-check",
    "a check that may overflow",
    "the sum or product wraps before it is compared, and a huge number passes the check",
    kernel=LIMITED_SIZE,
    hint="compare the argument itself: nr > MAX / SIZE instead of nr * SIZE > MAX",
)
def wrapping_check(s: Subject) -> Iterator[Hit]:
    numbers = {a.name for a in s.it.arguments if not a.pointer}
    for use in s.uses:
        if use.slot.key != "when":
            continue
        tokens = use.words.tokens
        for i, token in enumerate(tokens):
            around = {t.text for t in (*tokens[max(i - 1, 0) : i], *tokens[i + 1 : i + 2])}
            if token.free and token.text in numbers and around & MULTIPLIED and not _wide(use):
                yield Hit(use.at(token.offset), f"arithmetic on '{token.text}' before it is bounded")
                break


def _wide(use: Use) -> bool:
    """Whether the arithmetic is done where it cannot wrap, or is checked."""
    names = {t.text for t in use.words.tokens if t.kind == "word"}
    return bool(names & {"u64", "s64", "size_mul", "size_add", "array_size"}) or any(
        name.startswith(("check_", "__builtin_")) for name in names
    )


@rule(
    "H08",
    "resource-used-before-get",
    "a resource that is used before it is acquired",
    "new() acquires the resources in the given order",
    hint="move it after the one that it needs",
)
def too_early(s: Subject) -> Iterator[Hit]:
    order = [taken.name for taken in s.it.taken]
    for use in s.uses:
        if isinstance(taken := use.slot.part, Resource | Buffer) and use.slot.when is not When.BOTH:
            there = order[: order.index(taken.name) + (use.slot.key == "buffer.fill")]
            for name in sorted(use.names & (set(order) - set(there))):
                yield Hit(use.at_name(name), f"'{name}' is not acquired yet")
        # what a value of a flag asks for, and whether a ring is still linked, is asked before
        if use.slot.when is When.NEW and ((use.slot.case and use.slot.key == "when") or _linked(use)):
            for name in sorted(use.names & {taken.name for taken in s.it.late}):
                yield Hit(use.at_name(name), f"'{name}' is not acquired yet")


def _linked(use: Use) -> bool:
    return use.slot.key == "ring.start.linked"


@rule(
    "H09",
    "optional-resource-not-pointer",
    "an optional resource that is not a pointer",
    "failure to acquire a resource is NULL or an ERR_PTR()",
    hint="use a pointer's type, or remove 'fails' where acquiring it cannot fail",
)
def no_pointer(s: Subject) -> Iterator[Hit]:
    for r in s.it.resources:
        if r.fails and not r.type.endswith("*"):
            yield Hit(r.node["type"].at, f"'{r.name}' is '{r.type}'")


@rule(
    "H10",
    "err-ptr-unchecked",
    "an ERR_PTR() that is used as a valid pointer",
    "an ERR_PTR() is not NULL, so the walk would dereference it",
    kernel="include/linux/err.h, IS_ERR()",
    hint="list all errors that it returns, or let it return NULL for the only one",
)
def error_pointer(s: Subject) -> Iterator[Hit]:
    for use, r, helper in _gets(s):
        if "ERR_PTR" in helper.body.names() and len(r.fails) < SEVERAL:
            message = f"'{helper.name}' returns an ERR_PTR(), '{r.name}' does not fail with several errors"
            yield Hit(use.at_name(helper.name), message)


@rule(
    "H11",
    "unlisted-error",
    "errors that 'fails' leaves out, or NULL beside them",
    "the reference lists what new() returns; and IS_ERR() is false for NULL",
    kernel="include/linux/err.h, IS_ERR()",
    hint="list every error of the helper, and return an ERR_PTR() instead of NULL",
)
def unlisted_error(s: Subject) -> Iterator[Hit]:
    for _, r, helper in _gets(s):
        listed = {errno for errno, _ in r.fails}
        body = next((u for u in s.now if u.slot.part is helper), None)
        if body is None or len(r.fails) < SEVERAL:
            continue
        for call in calls(body.words):
            if call.name.text == "ERR_PTR" and len(call.arguments) == 1:
                words = [t.text for t in call.arguments[0]]
                if words[:1] == ["-"] and len(words) == 2 and words[1] not in listed:
                    yield Hit(body.at(call.name.offset), f"'{words[1]}' is not in the 'fails' of '{r.name}'")
        for at, value in returns(body.words):
            if [t.text for t in value] == ["NULL"]:
                yield Hit(body.at(at.offset), f"NULL, where '{r.name}' expects an ERR_PTR()")


def _gets(s: Subject) -> Iterator[tuple[Use, Resource, Helper]]:
    """Each helper that a 'get' calls."""
    helpers = {h.name: h for h in s.it.helpers}
    for use in s.now:
        r = use.slot.part
        if use.slot.key == "resource.get" and isinstance(r, Resource):
            for name in sorted(use.names & helpers.keys()):
                yield use, r, helpers[name]
