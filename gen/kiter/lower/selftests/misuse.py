# SPDX-License-Identifier: GPL-2.0-only
"""What the verifier must refuse, one by one.

What is refused of every iterator stands in templates/selftests/shared/refused.h.j2; what is about one of them
has a partial in templates/selftests/refused/.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.handle import Handle, Hook
from kiter.fixtures.known import handles_of, hooked
from kiter.lower import programs as programs_of
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import verifier
from kiter.lower.selftests.frame import ARGS, held, passed
from kiter.lower.selftests.hosts import barred, host, unlisted
from kiter.lower.view_class import view_class
from kiter.spec.snippet import substitute

AWAKE = "tp_btf/task_newtask"  # where no program may sleep


@view_class()
class Program:
    """One program: its name, its partial, the verifier's words, and where it would be attached.

    The partial is "" for one that all iterators have alike.
    """

    name: str
    template: str
    message: str
    section: str
    # the kfuncs that it calls beside those that all programs do
    ksyms: tuple[str, ...] = ()


@view_class(kw_only=True)
class New(Program):
    """Calls new() with what it must not be given."""

    passed: str


@view_class(kw_only=True)
class Companion(Program):
    """Calls a companion of an iterator that is none yet."""

    call: str


@view_class(kw_only=True)
class Own(Program):
    """Takes a reference of its own to an element."""

    acquire: str
    release: str


@view_class(kw_only=True)
class Escape(Program):
    """Acquires behind the critical section what is `taken` from the `last` element, as `kept`."""

    last: str
    kept: str
    acquire: str
    taken: str
    release: str


@view_class()
class _Verifier:
    """What one kernel's verifier says of one iterator."""

    ctx: LoweringContext

    def says(self, key: str, n: int = 0) -> str:
        """A message; `n` is the number of an argument that it is about."""
        messages, kinds = self.ctx.profile.messages, verifier.programs(self.ctx)
        return messages[key].format(it=self.ctx.it.name, n=n, r=n + 1, programs=kinds)

    def refuses(self, name: str, key: str, partial: str = "", section: str = "") -> Program:
        """A program that needs no more than what all share: without a partial they share it, too."""
        return Program(name, _partial(partial) if partial else "", self.says(key), section or self.section)

    @property
    def section(self) -> str:
        """Where programs stand that are refused for another reason than their type."""
        return host(self.ctx).section


def programs(ctx: LoweringContext) -> Iterator[Program]:
    """All of them, in the order of the file."""
    v = _Verifier(ctx)
    yield from _states(v)
    yield from _accesses(v)
    yield from _arguments(v)
    yield from _references(v)
    yield from _companions(v)
    yield from _contexts(v)
    yield from _types(v)
    if needs_rcu(ctx):
        yield from _sections(v)


def needs_rcu(ctx: LoweringContext) -> bool:
    """Whether programs must keep it inside of a critical section, which those that cannot sleep are in."""
    return ctx.it.rcu and host(ctx).sleepable


def _partial(name: str) -> str:
    return f"selftests/refused/{name}.c.j2"


def _states(v: _Verifier) -> Iterator[Program]:
    """Calls in an order that the life of an iterator does not allow."""
    yield v.refuses("leak", "unreleased")
    yield v.refuses("next_without_new", "uninitialized")
    yield v.refuses("destroy_without_new", "uninitialized")
    yield v.refuses("new_twice", "initialized")
    yield v.refuses("destroy_twice", "uninitialized")
    yield v.refuses("next_after_destroy", "uninitialized")
    if v.ctx.it.name != "num":
        yield v.refuses("other_iterator", "uninitialized")


def _accesses(v: _Verifier) -> Iterator[Program]:
    """Reads and writes that the opaque state and an unchecked element do not allow."""
    yield v.refuses("not_on_stack", "not_on_stack")
    yield v.refuses("write_to_state", "write_to_state")
    yield v.refuses("read_of_state", "read_of_state")
    yield v.refuses("unchecked_null", "unchecked_null")
    if v.ctx.it.lifetime == "state":
        yield v.refuses("write_to_element", "readonly_element")


def _arguments(v: _Verifier) -> Iterator[Program]:
    """Pointers that new() must not be given."""
    it = v.ctx.it
    handles: dict[str, Handle | Hook] = {a.name: h for a, h in held(v.ctx)}
    handles |= {a.name: hook for a, hook in hooked(it)}
    refused = v.says("untrusted_element" if any(a.rcu for a in it.arguments) else "untrusted_argument")
    for number, argument in enumerate(it.arguments, 1):
        handle = handles.get(argument.name)
        if handle is None:
            continue
        if not argument.nullable:
            null = passed(v.ctx, (argument.name, "NULL"), ARGS)
            said = v.says("null_argument", number)
            yield New(f"null_{argument.name}", _partial("new"), said, v.section, passed=null)
        if argument.nullable and handle.needed:
            continue
        walked = passed(v.ctx, (argument.name, handle.wrong(f"{ARGS}{argument.name}")), ARGS)
        yield New(f"untrusted_{argument.name}", _partial("new"), refused, v.section, passed=walked)


def _companions(v: _Verifier) -> Iterator[Program]:
    """Further kfuncs, of an iterator that is none yet."""
    for companion in v.ctx.it.companions:
        given = ["0" for p in companion.parameters if not p.type.endswith("*")]
        if len(given) < len(companion.parameters):
            continue
        place = len(given) if companion.last else 0
        given.insert(place, "&it")
        yield Companion(
            f"{companion.name}_without_new",
            _partial("companion_without_new"),
            v.says("uninitialized_argument", place),
            v.section,
            call=f"{companion.name}({', '.join(given)})",
        )


def _references(v: _Verifier) -> Iterator[Program]:
    """A reference to an element that is not released, and one that nobody looked at."""
    if (reference := v.ctx.it.held.reference) is None:
        return
    found = {"lost": "unreleased"} | ({"unchecked": "null_argument"} if reference.tryget else {})
    for what, said in found.items():
        name = f"{what}_reference"
        yield Own(
            name,
            _partial(name),
            v.says(said),
            v.section,
            acquire=reference.acquire,
            release=reference.release,
        )


def _contexts(v: _Verifier) -> Iterator[Program]:
    """Where the iterator must not be used."""
    it = v.ctx.it
    reached = not it.programs or "tracing" in programs_of.admitted(it, v.ctx.profile)
    if it.context.sleepable:
        if reached:
            yield v.refuses("not_sleepable", "not_sleepable", "walk", AWAKE)
        yield v.refuses("inside_rcu", "sleep_in_rcu")
        yield v.refuses("inside_preempt", "sleep_in_preempt")
    if it.context.perfmon and v.says("no_perfmon"):
        yield v.refuses("no_perfmon", "no_perfmon", "no_perfmon")


def _types(v: _Verifier) -> Iterator[Program]:
    """Types of programs that new() is not for: those of no hook that has it, and those on no list."""
    nothing = "".join(", 0" for a in v.ctx.it.arguments if not a.implicit)
    for key, kinds in (("not_registered", barred(v.ctx)), ("not_allowed", unlisted(v.ctx))):
        for kind, section in kinds:
            yield New(f"from_{kind}", _partial("from"), v.says(key), section, passed=nothing)


def _sections(v: _Verifier) -> Iterator[Program]:
    """What the RCU critical section must enclose."""
    yield v.refuses("outside_rcu", "no_rcu")
    yield v.refuses("unlock_in_loop", "unlocked_in_loop")
    yield v.refuses("relock_in_loop", "unlocked_in_loop")
    yield v.refuses("sleep_in_loop", "sleep_in_loop")
    found = handles_of(v.ctx.it).get(v.ctx.it.element)
    # where the verifier refuses it inside the section too, the program would prove nothing
    if found is None or not found.kept:
        return
    yield Escape(
        "element_after_section",
        _partial("element_after_section"),
        v.says("untrusted_element"),
        v.section,
        ksyms=(found.acquire, found.release),
        last=declare(v.ctx.it.element, "last"),
        kept=declare(found.holder, "kept"),
        acquire=found.acquire,
        taken=substitute(found.kept, {"pos": "last"}),
        release=found.release,
    )
