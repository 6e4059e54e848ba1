# SPDX-License-Identifier: GPL-2.0-only
"""C01 to C19: what next() may use, what keeps it alive, and that the walk ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kiter.errors import Edit
from kiter.lint.rule import Hit
from kiter.lint.sources import guarded, sources
from kiter.lint.subject import Subject, Use, When
from kiter.lint.tables import rule
from kiter.lint.tokens import Call, calls
from kiter.lint.vocabulary import LOOSE_MEMBERS
from kiter.spec.argument import Argument
from kiter.spec.rewrite import added, following, replaced, without
from kiter.spec.walk import Cursor, FromTo, Repeat

VERIFIER_NEXT = "kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later"
VERIFIER_RCU = "kernel/bpf/verifier.c, process_iter_arg(), 6.7 and later"


@rule(
    "C01",
    "unkept-argument-in-next",
    "next() uses an argument that is not kept",
    "next() is passed the iterator alone, so new() must store whatever it needs",
    kernel="kernel/bpf/btf.c, btf_check_iter_kfuncs()",
    hint="add 'keep: rcu' to a pointer, 'keep: copy' to a number",
    fixable=True,
)
def not_kept(s: Subject) -> Iterator[Hit]:
    for use in s.stepping:
        if use.slot.key == "ring.anchor":
            continue
        for a in s.it.arguments:
            if a.name in use.names - use.slot.cursors and not a.keep and a.name != s.it.select:
                kept = "rcu" if a.pointer else "copy"
                hint = f"add 'keep: {kept}' to the argument '{a.name}'"
                # what keeps an object alive is for the author to say; a number can only be copied
                edit = None if a.pointer else added(a.node, "keep", kept, before="doc")
                message = f"next() needs '{a.name}', which new() does not keep"
                yield Hit(use.at_name(a.name), message, hint, edit)


def _within_rcu(s: Subject) -> Edit | None:
    """`context: {rcu: true}`, unless that contradicts what is there."""
    context = s.it.node["context"]
    contrary = {"rcu", "sleepable", "allow"} & context.value.keys()
    return None if contrary else added(context, "rcu", "true")


@rule(
    "C02",
    "rcu-argument-outside-rcu",
    "'keep: rcu' outside an RCU read-side critical section",
    "nothing else keeps what the pointer points to alive between new() and next()",
    kernel=VERIFIER_RCU,
    hint="add 'context: {rcu: true}'",
    fixable=True,
)
def kept_without_rcu(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.keep == "rcu" and not s.it.rcu:
            message = f"'{a.name}' is protected by RCU, but no RCU read-side critical section is required"
            yield Hit(a.node["keep"].at, message, edit=_within_rcu(s))


@rule(
    "C03",
    "rcu-argument-not-rcu-freed",
    "'keep: rcu' on an object that RCU does not protect",
    "RCU protects kernel objects; a pointer to a number points to the program's own memory",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(), for a pointer to memory",
    hint="use 'keep: copy' for a number",
    fixable=True,
)
def kept_number(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.keep == "rcu" and not (a.pointer and "struct" in a.type.split()):
            edit = None if a.pointer else replaced(a.node["keep"], "copy")
            yield Hit(a.node["keep"].at, f"'{a.name}' is not a pointer to a struct", edit=edit)


@rule(
    "C04",
    "copied-pointer",
    "'keep: copy' on a pointer",
    "the copy of a pointer keeps nothing alive: the object may be gone when next() follows it",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(): trusted means alive during the call, not after it",
    hint="use 'keep: rcu', with 'context: {rcu: true}'",
)
def copied_pointer(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.keep == "copy" and a.pointer:
            yield Hit(a.node["keep"].at, f"'{a.name}' is a pointer, and nothing keeps its object alive")


@rule(
    "C05",
    "rcu-elements-outside-rcu",
    "RCU-protected elements outside an RCU read-side critical section",
    "an element could be freed while the program uses it",
    kernel=VERIFIER_RCU,
    hint="add 'context: {rcu: true}'",
    fixable=True,
)
def element_without_rcu(s: Subject) -> Iterator[Hit]:
    if s.it.lifetime == "rcu" and not s.it.rcu:
        at = s.it.node["element"]["lifetime"].at
        yield Hit(at, "'lifetime: rcu' without a critical section", edit=_within_rcu(s))


def _tested(use: Use, name: str) -> bool:
    """Whether the snippet itself looks whether a pointer is NULL."""
    tokens = [token.text for token in use.words.tokens]
    for i, token in enumerate(use.words.tokens):
        before, after = "".join(tokens[max(i - 2, 0) : i]), "".join(tokens[i + 1 : i + 3])
        asked = after.startswith(("?", "==", "!=", "&&", "||")) or before.endswith(("!", "&&", "||"))
        asked = asked or (before in {"if(", "while("} and after.startswith(")"))
        if token.free and token.text == name and asked:
            return True
    return False


def _refused(s: Subject, use: Use) -> set[str]:
    """The arguments that are not NULL any more where a snippet runs."""
    case = use.slot.case
    refusals = [*s.it.refusals, *(case.refusals if case else ())]
    sure = set(case.requires) if case else set()
    for refusal in refusals:
        if refusal.when is use.slot.snippet:
            break
        for _, item in refusal.when.node.versions:
            sure.add("".join(item.value.split()).removesuffix("==NULL").removeprefix("!"))
    return sure


@rule(
    "C06",
    "null-dereference",
    "possible NULL dereference",
    "a program may pass NULL for a nullable argument, and the kernel would crash",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_nullable(), 6.7 and later",
    hint="add the argument to the case's 'requires', or remove 'nullable'",
)
def null_followed(s: Subject) -> Iterator[Hit]:
    nullable = {a.name for a in s.it.arguments if a.nullable and a.pointer}
    for use in s.uses if nullable else ():
        if use.slot.when in {When.TEST, When.HELPER}:
            continue
        for name in sorted(nullable & (use.names - use.slot.cursors)):
            if name not in _refused(s, use) and not _tested(use, name):
                where = f" with '{use.slot.case.flag}'" if use.slot.case and use.slot.case.flag else ""
                yield Hit(use.at_name(name), f"'{name}' may be NULL here{where}")


@rule(
    "C15",
    "null-dereference-in-first-step",
    "possible NULL dereference in the first step",
    "a cursor is NULL before the first element, and the kernel would crash",
    hint="give 'first', or use a function that takes NULL for the beginning; in 'raw' test pos first",
)
def first_step(s: Subject) -> Iterator[Hit]:
    for use in s.stepping:
        level = use.slot.level
        if level is None or use.slot.key not in {"cursor.next", "raw.next"}:
            continue
        name = level.walk.name
        begun = isinstance(level.walk, Cursor) and level.walk.first is not None
        begun = begun or s.it.lifetime in ("filled", "moved")  # the address of what is all zero then
        if not (begun or _tested(use, name)) and (at := _followed(use, name)) is not None:
            yield Hit(use.at(at), f"'{name}' is NULL in the first step")


def _followed(use: Use, name: str) -> int | None:
    """Where a pointer is followed, if it is."""
    tokens = use.words.tokens
    for token, after in pairwise(tokens):
        if token.free and token.text == name and after.text == "->":
            return token.offset
    return None


@rule(
    "C07",
    "unstable-anchor",
    "an anchor that may be removed from the circular list",
    "an element may be removed from the circular list during the walk; a walk up to it might never end",
    kernel="kernel/exit.c, __unhash_process(), for the ring of processes",
    hint="use the address of an object that is never removed, such as &init_task",
)
def loose_anchor(s: Subject) -> Iterator[Hit]:
    state = {a.name for a in s.it.arguments} | {f.name for f in s.it.fields} | s.cursors
    for use in s.uses:
        if use.slot.key == "ring.anchor":
            if named := sorted(use.names & state):
                yield Hit(use.at_name(named[0]), f"the anchor depends on '{named[0]}'")
            elif not use.text.startswith("&"):
                yield Hit(use.at(), "the anchor is not the address of an object")


@rule(
    "C08",
    "walk-does-not-advance",
    "a walk that does not advance",
    "the element after the cursor must follow from the cursor, or next() returns the same element forever",
    kernel=VERIFIER_NEXT,
    hint="use the cursor's name in 'next', such as next_task(pos)",
)
def standing_still(s: Subject) -> Iterator[Hit]:
    fields = {field.name for field in s.it.fields}
    for use in s.stepping:
        if use.slot.key in {"cursor.next", "ring.next"} and use.slot.level:
            name = use.slot.level.walk.name
            counts = use.slot.key == "cursor.next" and fields & use.names
            if use.text.strip() == name or (name not in use.names and not counts):
                yield Hit(use.at(), f"'next' does not advance from the cursor '{name}'")


@rule(
    "C09",
    "raw-walk-without-element",
    "a raw walk that never sets an element",
    "the statements leave the next element in pos, or NULL after the last",
    kernel=VERIFIER_NEXT,
    hint="assign to pos",
)
def raw_without_result(s: Subject) -> Iterator[Hit]:
    for use in s.stepping:
        if use.statements and "pos" not in use.names:
            yield Hit(use.at(), "the statements never mention pos")


@rule(
    "C10",
    "uninitialized-cursor",
    "an uninitialized cursor",
    "before the first element a cursor is NULL, and that of another case is not used at all",
    hint="use an argument, a field of the state, or the outer walk's cursor",
)
def empty_cursor(s: Subject) -> Iterator[Hit]:
    arguments = {a.name for a in s.it.arguments}
    for use in s.stepping:
        own = {use.slot.level.walk.name} if use.slot.level else set()
        for name in sorted((use.names & s.cursors) - use.slot.cursors - (arguments - own)):
            if use.slot.key != "ring.anchor":
                yield Hit(use.at_name(name), f"the cursor '{name}' holds nothing in '{use.slot.key}'")


@rule(
    "C11",
    "state-used-in-new",
    "new() uses state that is not set yet",
    "these conditions and values are computed from the arguments, before the walk begins",
    hint="use arguments only",
)
def state_in_new(s: Subject) -> Iterator[Hit]:
    taken = {a.name for a in s.it.arguments} | {r.name for r in s.it.taken}
    hidden = (s.cursors | {f.name for f in s.it.fields}) - taken
    for use in s.starting:
        own = {str(use.slot.snippet.node.path[1])} if use.slot.key == "init" else use.slot.cursors
        for name in sorted(use.names & (hidden - own)):
            if use.slot.key != "ring.anchor":
                yield Hit(use.at_name(name), f"'{name}' is not set yet when new() reads it")


@rule(
    "C12",
    "kept-argument-unused-in-next",
    "a kept argument that next() never uses",
    "it takes space in the state, on the program's stack",
    kernel="include/linux/filter.h, MAX_BPF_STACK",
    hint="remove 'keep'",
    severity="warning",
    fixable=True,
)
def kept_for_nothing(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.keep and a.name != s.it.select and not _stepped(s, a) and a.name not in _counted(s):
            at = a.node["keep"].key_at
            yield Hit(at, f"next() never uses '{a.name}'", edit=following(without(a.node["keep"])))


def _counted(s: Subject) -> frozenset[str]:
    """The arguments that a walk over numbers goes by."""
    walks = [level.walk for level in s.levels]
    found = {name for w in walks if isinstance(w, FromTo) for name in (w.start, w.end)}
    return frozenset(found | {name for w in walks if isinstance(w, Repeat) for name in (w.times, w.name)})


def _stepped(s: Subject, a: Argument) -> bool:
    return any(a.name in use.names - use.slot.cursors for use in s.stepping)


@rule(
    "C13",
    "unused-argument",
    "an unused argument",
    "every program has to pass it, and fails to load once it is gone",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(); Documentation/bpf/kfuncs.rst, section 3, for the life",
    hint="remove it; reserve flags for later by rejecting all bits with 'checks'",
    severity="warning",
)
def unused(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        required = any(a.name in case.requires for case in (*s.every_case, *s.every_value))
        uses = (use for use in s.uses if use.slot.when is not When.HELPER)
        used = any(a.name in use.names - use.slot.cursors for use in uses)
        limited = a.restricted or a.implicit or a.name in _counted(s)
        if not (used or required or a.keep or limited or a.name == s.it.select):
            yield Hit(a.node.key_at, f"neither new() nor next() uses '{a.name}'")


@rule(
    "C14",
    "unused-field",
    "an unused field",
    "it takes space in the state, on the program's stack",
    kernel="include/linux/filter.h, MAX_BPF_STACK",
    hint="remove it",
    severity="warning",
)
def unused_field(s: Subject) -> Iterator[Hit]:
    for field in s.it.fields:
        later = [use for use in s.uses if use.slot.when in {When.NEXT, When.BOTH, When.COMPANION}]
        whole = any(f"kit->{field.name}" in use.text for use in later)
        if not whole and not any(field.name in use.names for use in later):
            yield Hit(field.node.key_at, f"next() never uses the field '{field.name}'")


@rule(
    "C32",
    "list-not-rcu-safe",
    "a list that RCU readers cannot follow",
    "its elements are moved and removed without regard for readers, which may then loop forever",
    kernel="kernel/exit.c, __unhash_process() and reparent_leader()",
    hint="walk a list that is changed by list_add_rcu() and list_del_rcu(), such as thread_head",
)
def loose_list(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s) if not guarded(s) else ():
        if walk.member in _loose(walk.type or s.it.element):
            yield Hit(walk.node["member"].at, f"'{walk.member}' is not linked by RCU")
    for use in s.now:
        for call in calls(use.words) if "tasklist_lock" not in use.names else ():
            member = call.arguments[-1] if call.arguments else ()
            if len(member) == 1 and member[0].text in _loose(_entry(s, call)):
                yield Hit(use.at(member[0].offset), f"'{member[0].text}' is not linked by RCU")


def _loose(ctype: str) -> frozenset[str]:
    """The members of a struct that link it without RCU."""
    return LOOSE_MEMBERS.get(ctype.removeprefix("const ").removeprefix("struct ").rstrip(" *"), frozenset())


def _entry(s: Subject, call: Call) -> str:
    """The struct that a macro of lists gives: the one that it names, else that of the elements."""
    words = [token.text for argument in call.arguments for token in argument]
    if not call.name.text.startswith(("list_", "hlist_", "container_of")):
        return ""
    return words[words.index("struct") + 1] if "struct" in words[:-1] else s.it.element
