# SPDX-License-Identifier: GPL-2.0-only
"""C20 and on: what a snippet of C may hold, and what it must leave to the code around it."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.flow.holding import hold
from kiter.flow.vocabulary import SLEEPERS, SLEEPING_FAMILIES
from kiter.lint.paths import along
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, Use, When
from kiter.lint.tables import rule
from kiter.lint.tokens import Call, calls, has_comment, outside_brackets, unbalanced
from kiter.lint.vocabulary import GUARDS, SEQUENCES
from kiter.spec.rewrite import folded

RCU_HINT = "use 'context: {rcu: true}', so that the program holds the RCU section"
SRCU_HINT = "take it as a resource, with 'get' and 'put': a program may sleep in it"


def _expressions(s: Subject) -> Iterator[Use]:
    return (use for use in s.uses if not use.statements)


def _kernel_side(s: Subject) -> Iterator[Use]:
    return (use for use in s.uses if use.slot.when is not When.TEST)


@rule(
    "C20",
    "unbalanced-snippet",
    "an unbalanced bracket or quote",
    "a snippet is inserted into an expression, so it must be complete by itself",
    hint="close what is open",
)
def brackets(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if (token := unbalanced(use.words)) is not None:
            yield Hit(use.at(token.offset), f"{token.text} is unmatched")


@rule(
    "C21",
    "statement-as-expression",
    "a statement where an expression is expected",
    "a snippet is inserted into an expression",
    hint="remove the ';'; 'raw' takes statements",
    fixable=True,
)
def statement(s: Subject) -> Iterator[Hit]:
    for use in _expressions(s):
        if (token := outside_brackets(use.words, ";")) is not None:
            end = token is use.words.tokens[-1]
            edit = use.swap(token.offset, ";", "") if end else None
            message = f"';' in '{use.slot.key}', which is an expression"
            yield Hit(use.at(token.offset), message, edit=edit)


@rule(
    "C22",
    "comma-expression",
    "two expressions where one is expected",
    "a comma would separate arguments, or discard the first value",
    hint="put the expression in parentheses, if that is meant",
)
def comma(s: Subject) -> Iterator[Hit]:
    for use in _expressions(s):
        if (token := outside_brackets(use.words, ",")) is not None:
            yield Hit(use.at(token.offset), f"',' in '{use.slot.key}', which is one expression")


@rule(
    "C23",
    "comment-in-expression",
    "a comment in an expression",
    "it would end up within a line of C, or comment out the rest of it",
    hint="use a comment of YAML, which begins with #",
)
def comment(s: Subject) -> Iterator[Hit]:
    for use in _expressions(s):
        if (token := next((t for t in use.words.tokens if t.kind == "comment"), None)) is not None:
            yield Hit(use.at(token.offset), f"a comment of C in '{use.slot.key}'")


@rule(
    "C24",
    "multi-line-expression",
    "an expression that spans several lines",
    "lines are broken by the generator, as the kernel's style has it",
    hint="write it in one line, or fold it with '>-'",
    fixable=True,
)
def lines(s: Subject) -> Iterator[Hit]:
    for use in _expressions(s):
        if "\n" in use.text.strip() and use.slot.key != "init":
            edit = folded(use.node) if not has_comment(use.words) else None
            yield Hit(use.at(), f"'{use.slot.key}' spans several lines", edit=edit)


@rule(
    "C25",
    "preprocessor-in-snippet",
    "a preprocessor directive in a snippet",
    "a snippet is part of a function, and its kernel is known when the code is made",
    hint="give one snippet per range of kernels, or use 'guard'",
)
def preprocessor(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if use.slot.when is When.HELPER:
            continue
        if (token := next((t for t in use.words.tokens if t.text == "#"), None)) is not None:
            yield Hit(use.at(token.offset), "a snippet cannot contain preprocessor directives")


@rule(
    "C26",
    "empty-snippet",
    "an empty snippet",
    "an empty snippet generates nothing",
    hint="write an expression, or leave the key out",
)
def empty(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if not any(token.kind != "comment" for token in use.words.tokens):
            yield Hit(use.at(), f"'{use.slot.key}' contains no C")


@rule(
    "C27",
    "iterator-in-snippet",
    "the iterator's own variables in a snippet",
    "arguments, cursors and fields are named bare; kit and it are variables of the generated code",
    hint="write pos instead of kit->pos",
    fixable=True,
)
def bare_names(s: Subject) -> Iterator[Hit]:
    for use in _kernel_side(s):
        known = {"kit"} if use.slot.when is When.COMPANION else set()
        for name in sorted(use.names & {"kit", "it"} - known):
            edit = use.swap(use.words.offset(name), f"{name}->", "") if name == "kit" else None
            yield Hit(use.at_name(name), f"'{name}' is a variable of the generated code", edit=edit)


@rule(
    "C28",
    "return-from-raw-walk",
    "a return or goto out of a raw walk",
    "after the statements next() empties a drained iterator; a jump past that makes it restart after NULL",
    kernel="kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later: drained means drained forever",
    hint="set pos, to NULL at the end, and let control reach the end of the statements",
)
def way_out(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if use.slot.when is When.HELPER or use.slot.key == "ask.calls":
            continue
        for name in sorted(use.names & {"return", "goto"}):
            yield Hit(use.at_name(name), f"'{name}' in '{use.slot.key}'")


def _among(s: Subject, use: Use, whole: frozenset[str], families: tuple[str, ...]) -> list[str]:
    """The kernel's functions that a snippet names; a helper of the spec is called otherwise in C."""
    own = {helper.name for helper in s.it.helpers}
    return sorted(name for name in use.names - own if name in whole or name.startswith(families))


@rule(
    "C29",
    "lock-taken-in-expression",
    "a lock or an RCU section taken by an expression",
    "the verifier does not track it: a program could sleep, exit or deadlock while it is held",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), follows only bpf_rcu_read_lock() and bpf_spin_lock()",
    hint="take a reference to what must stay alive, or use 'walk: lock' for a lock in each step",
)
def locks(s: Subject) -> Iterator[Hit]:
    own = frozenset(helper.name for helper in s.it.helpers)
    for use in _kernel_side(s):
        if use.statements:
            continue
        for call in calls(use.words):
            name = call.name.text
            if name in use.names - own and (hint := _held(use, call)) is not None:
                yield Hit(use.at(call.name.offset), f"'{name}' in '{use.slot.key}'", hint)


def _held(use: Use, call: Call) -> str | None:
    """The hint where a call takes or drops what a program must not run in, "" for the rule's own."""
    found = hold(call.name.text, not call.arguments)
    if found is None:
        return "" if call.name.text in GUARDS or call.name.text.startswith(SEQUENCES) else None
    if found.srcu:
        return None if use.slot.key.startswith("resource.") else SRCU_HINT
    return RCU_HINT if found.rcu else ""


@rule(
    "C30",
    "sleeping-snippet",
    "a snippet that may sleep",
    "the iterator is for programs that must not sleep, and an RCU critical section must not either",
    kernel="kernel/bpf/verifier.c, in_rcu_cs()",
    hint="use a function that does not sleep",
)
def sleeps(s: Subject) -> Iterator[Hit]:
    yield from along(s, "C30")
    for use in () if s.it.context.sleepable else _kernel_side(s):
        for name in _among(s, use, SLEEPERS, SLEEPING_FAMILIES):
            yield Hit(use.at_name(name), f"'{name}' may sleep")


@rule(
    "C31",
    "entry-of-empty-list",
    "an entry of a list that may be empty",
    "at the end, and for an empty list, the macro computes a pointer from the head, which is not an element",
    kernel="include/linux/list.h, list_first_entry(): 'that list is expected to be not empty'",
    hint="use 'list', or a macro that ends in _or_null",
    fixable=True,
)
def bogus_entry(s: Subject) -> Iterator[Hit]:
    yield from along(s, "C31")


@rule(
    "C33",
    "size-of-shorter-allocation",
    "sizeof() a struct that is allocated shorter",
    "sizeof(struct cpumask) is that of NR_CPUS bits, an allocated mask has fewer",
    kernel="include/linux/cpumask.h, cpumask_size()",
    hint="use cpumask_size()",
    fixable=True,
)
def cpumask(s: Subject) -> Iterator[Hit]:
    for use in _kernel_side(s):
        tokens = use.words.tokens
        for i, token in enumerate(tokens):
            if token.text == "sizeof" and [t.text for t in tokens[i + 1 : i + 4]] == [
                "(",
                "struct",
                "cpumask",
            ]:
                edit = use.swap(token.offset, "sizeof(struct cpumask)", "cpumask_size()")
                yield Hit(use.at(token.offset), "sizeof(struct cpumask)", edit=edit)
