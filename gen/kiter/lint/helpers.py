# SPDX-License-Identifier: GPL-2.0-only
"""H20 to H39: the C functions that a spec brings along."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.paths import along
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, Use, When
from kiter.lint.tables import rule
from kiter.lint.tokens import calls, returns
from kiter.spec.helper import Helper

EMITTED = frozenset({"new", "next", "destroy", "release", "kern", "kern_data", "ids", "set", "init", "exit"})


def _bodies(s: Subject) -> Iterator[tuple[Use, Helper]]:
    for use in s.uses:
        if isinstance(helper := use.slot.part, Helper):
            yield use, helper


@rule(
    "H20",
    "unused-helper",
    "an unused helper",
    "an unused static function is a warning, and the kernel must build without warnings",
    kernel="Makefile, -Wunused-function",
    hint="remove it; or call it by its name in a snippet",
)
def idle_helper(s: Subject) -> Iterator[Hit]:
    for helper in s.it.helpers:
        others = (use for use in s.now if use.slot.part is not helper)
        if s.it.place.filter != helper.name and not any(helper.name in use.names for use in others):
            yield Hit(helper.node.key_at, f"nothing calls '{helper.name}'")


@rule(
    "H21",
    "helper-return-mismatch",
    "a helper that does not return what it declares",
    "'gives' is what the function is declared to return",
    hint="add 'gives', or take the value away",
)
def other_return(s: Subject) -> Iterator[Hit]:
    for use, helper in _bodies(s):
        found = list(returns(use.words))
        if helper.gives != "void" and not found and not _endless(use):
            yield Hit(use.at(), f"'{helper.name}' gives '{helper.gives}', but returns nothing")
        for at, value in found:
            if helper.gives == "void" and value:
                yield Hit(use.at(at.offset), f"'{helper.name}' gives nothing, but returns a value")
            elif helper.gives != "void" and not value:
                yield Hit(use.at(at.offset), f"'{helper.name}' gives '{helper.gives}', not nothing")


def _endless(use: Use) -> bool:
    return use.text.replace(" ", "").startswith("for(;;)")


@rule(
    "H22",
    "undeclared-helper-parameter",
    "a helper that uses what it does not take",
    "a helper is a function of its own, which sees its parameters and nothing of the state",
    hint="add it to 'takes', by address where it is written, and pass it",
)
def not_taken(s: Subject) -> Iterator[Hit]:
    known = {a.name for a in s.it.arguments if a.keep} | {f.name for f in s.it.fields}
    known |= {r.name for r in s.it.taken}
    for use, helper in _bodies(s):
        for name in sorted((use.names & known) - _declared(use)):
            yield Hit(use.at_name(name), f"'{helper.name}' does not take '{name}'")


def _declared(use: Use) -> set[str]:
    """Names that a body declares itself, as in `bool x;` or `struct a *x =`."""
    found: set[str] = set()
    begins = {"", ";", "{", "}"}
    words: list[str] = []
    for token in use.words.tokens:
        if token.text in {";", "=", ",", "["} and len(words) > 1 and words[0].isidentifier():
            found.add(words[-1])
            words = words[:-1] if token.text == "," else []
        elif token.text in begins or token.text in "=()[]":
            words = []
        elif token.kind == "word" or token.text == "*":
            words.append(token.text)
        elif token.kind != "comment":
            words = []
    return found


@rule(
    "H23",
    "unbalanced-lock",
    "a lock or an RCU section that is not released",
    "the verifier does not track it: after the call the program could sleep, exit or deadlock",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), follows only bpf_rcu_read_lock() and bpf_spin_lock()",
    hint="release it before every return of the same text; 'walk: lock' takes a lock for each step",
)
def unpaired(s: Subject) -> Iterator[Hit]:
    yield from along(s, "H23")


@rule(
    "H29",
    "unbalanced-reference",
    "a reference that is put too early, or leaked",
    "an object may be freed once its reference is dropped, and leaks if the reference never is",
    kernel="include/linux/refcount.h, refcount_dec_and_test()",
    hint="read what is needed before the put, and put it on every path",
)
def used_or_lost(s: Subject) -> Iterator[Hit]:
    yield from along(s, "H29")


@rule(
    "H24",
    "recursive-helper",
    "a recursive helper",
    "helpers are called by short names, which hide a function of the kernel that has the same name",
    hint="rename the helper",
)
def recursive(s: Subject) -> Iterator[Hit]:
    for use, helper in _bodies(s):
        if helper.name in use.names - _declared(use):
            yield Hit(use.at_name(helper.name), f"'{helper.name}' calls itself")


@rule(
    "H25",
    "helper-argument-count",
    "a helper called with the wrong arguments",
    "the parameters are those of 'takes', in order",
    hint="pass one argument for each entry of 'takes'",
)
def other_arity(s: Subject) -> Iterator[Hit]:
    wanted = {h.name: len(h.takes) for h in s.it.helpers}
    for use in s.now if wanted else ():
        for call in calls(use.words):
            name, given = call.name.text, len(call.arguments)
            if name in use.names and given != wanted.get(name, given):
                message = f"'{name}' takes {wanted[name]}, not {given}"
                yield Hit(use.at(call.name.offset), message)


@rule(
    "H26",
    "helper-name-taken",
    "a helper with a name that the generated code uses",
    "helpers become bpf_iter_<iterator>_<name>, and the generated functions have such names, too",
    kernel="kernel/bpf/btf.c, btf_check_iter_kfuncs()",
    hint="choose another name",
)
def emitted_name(s: Subject) -> Iterator[Hit]:
    for helper in s.it.helpers:
        if helper.name in EMITTED:
            yield Hit(helper.node.key_at, f"bpf_iter_{s.it.name}_{helper.name} exists already")


@rule(
    "H27",
    "unused-helper-parameter",
    "an unused parameter of a helper",
    "a reader assumes that the result depends on it",
    hint="remove it",
    severity="warning",
)
def idle_parameter(s: Subject) -> Iterator[Hit]:
    for helper in s.it.helpers:
        bodies = [use for use in s.uses if use.slot.part is helper]
        for name, _ in helper.takes if s.it.place.filter != helper.name else ():
            if not any(name in use.words.names for use in bodies):
                yield Hit(helper.node["takes"][name].key_at, f"'{helper.name}' never uses '{name}'")


@rule(
    "H28",
    "helper-not-called",
    "a helper that is named but not called",
    "a helper is a function: without parentheses its address is taken",
    hint="write the call with its arguments",
)
def not_called(s: Subject) -> Iterator[Hit]:
    names = {h.name for h in s.it.helpers}
    for use in s.now if names else ():
        called = {call.name.text for call in calls(use.words)}
        local = _declared(use) if use.slot.when is When.HELPER else set()
        for name in sorted((use.names & names) - called - local):
            yield Hit(use.at_name(name), f"'{name}' is a helper, but is not called")
