# SPDX-License-Identifier: GPL-2.0-only
"""What an iterator costs: the program's stack, memory, the work of a step, and locks."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.state import WORD
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.prose import listed
from kiter.spec.snippet import tokens
from kiter.spec.walk import Counter, Cursor, Index, Linked, List, Native, Nested, Ring, Walk

STACK = 512  # include/linux/filter.h, MAX_BPF_STACK
LOCKS = {
    "mutex": "the mutex",
    "spin": "the spinlock",
    "raw_spin": "the raw spinlock",
}


def sentences(ctx: LoweringContext) -> Iterator[str]:
    """Paragraphs of RST."""
    yield " ".join(_memory(ctx))
    yield " ".join((*_steps(ctx), *_locks(ctx)))


def size(ctx: LoweringContext) -> int:
    """The bytes of the struct on the program's stack."""
    if ctx.it.place.open:
        total = sum(field.size for field in ctx.state.fields)
        return -(-total // WORD) * WORD
    return ctx.state.words * WORD


def _memory(ctx: LoweringContext) -> Iterator[str]:
    it = ctx.it
    struct = f"struct bpf_iter_{it.name}"
    yield f"``{struct}`` takes {size(ctx)} bytes of the {STACK} that a program has for its stack."
    if ctx.state.memory:
        yield f"``{names.function(it, 'new')}()`` allocates what else the walk needs."
    for resource in it.resources:
        if resource.count:
            few = f", unless it is {resource.inline}" if resource.inline else ""
            items = f"``{resource.count.text}`` items{few}"
            yield f"``{names.function(it, 'new')}()`` allocates memory for {items}."


def _steps(ctx: LoweringContext) -> Iterator[str]:
    by_words: dict[str, list[str]] = {}
    for case in ctx.cases:
        by_words.setdefault(_work(ctx, case.walk), []).append(case.flag)
    for words, flags in by_words.items():
        which = f"With {listed([f'``{flag}``' for flag in flags])}, each" if len(by_words) > 1 else "Each"
        yield f"{which} step {words}."


def _work(ctx: LoweringContext, walk: Walk) -> str:
    match walk:
        case Counter():
            return "counts on, in constant time"
        case Index():
            return "looks at no word twice"
        case Ring() | List():
            return "follows one pointer, so a walk takes time in proportion to its elements"
        case Nested():
            return "follows one pointer of the inner walk, or more of the outer one past what has no elements"
        case Cursor() | Native() | Linked():
            called = _called(ctx, walk)
            return f"is one call of ``{called}()``" if called else "follows one pointer"
    return "is code of its own"


def _called(ctx: LoweringContext, walk: Cursor | Native | Linked) -> str:
    """The function that an expression is a call of, "" when it is none."""
    found = [token for kind, token in tokens(walk.next.text) if kind != "space"]
    helpers = names.helpers(ctx.it)
    return helpers.get(found[0], found[0]) if found[1:2] == ["("] else ""


def _locks(ctx: LoweringContext) -> Iterator[str]:
    it = ctx.it
    if it.lock:
        kind = next((words for name, words in LOCKS.items() if it.lock.kind.startswith(name)), "the lock")
        where = it.lock.at.text.removeprefix("&")
        yield f"Each step takes {kind} ``{where}`` and gives it up again."
    elif it.rcu or all(isinstance(case.walk, Counter | Index) for case in ctx.cases):
        yield "It takes no lock."
