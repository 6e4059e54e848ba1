# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that the verifier must refuse: progs/<name>_iter_failure.c."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiter.fixtures.fixture import KEEPERS, KSYMS, fixture_like
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import declarations, verifier
from kiter.lower.selftests.frame import Frame, frame, held, passed


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its name, the verifier's words, its own variables, and its body.

    `locked` puts a critical section round the body, where the iterator wants one; `after` comes
    behind it. `section` is where it would be attached. With `caps` it is refused only to those who
    have no other capabilities.
    """

    name: str
    message: str
    variables: tuple[str, ...]
    body: tuple[str, ...]
    locked: bool = True
    after: tuple[str, ...] = ()
    section: str = "syscall"
    caps: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """How the verifier has to judge it, as bpf_misc.h says that."""
        if not self.caps:
            return (f'__failure __msg("{self.message}")',)
        return (
            f"__success __caps_unpriv({self.caps})",
            f'__failure_unpriv __msg_unpriv("{self.message}")',
        )


@dataclass(frozen=True, slots=True)
class View:
    """All refusals of one iterator; `declared` is what no header declares."""

    frame: Frame
    declared: tuple[str, ...]
    programs: tuple[Program, ...]
    words: int


def view(ctx: LoweringContext) -> View:
    """The failing programs of one iterator."""
    programs = tuple(_programs(ctx))
    lines = [line for program in programs for line in (*program.body, *program.after)]
    return View(
        frame=frame(ctx, (name for name in KSYMS if any(f"{name}(" in line for line in lines))),
        declared=declarations.in_tests(ctx),
        programs=programs,
        words=ctx.state.words,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Spells calls of one iterator and the messages of one kernel."""

    ctx: LoweringContext

    def new(self, at: str = "&it", given: str | None = None) -> str:
        more = passed(self.ctx) if given is None else given
        return f"bpf_iter_{self.ctx.it.name}_new({at}{more});"

    def next(self, at: str = "&it") -> str:
        return f"bpf_iter_{self.ctx.it.name}_next({at});"

    def destroy(self, at: str = "&it") -> str:
        return f"bpf_iter_{self.ctx.it.name}_destroy({at});"

    def loop(self, *body: str) -> tuple[str, ...]:
        head = f"bpf_for_each({self.ctx.it.name}, pos{passed(self.ctx)})"
        return (f"{head} {{", *(f"\t{line}" for line in body), "}")

    @property
    def it(self) -> str:
        return f"struct bpf_iter_{self.ctx.it.name} it;"

    @property
    def pos(self) -> str:
        return f"{self.ctx.it.element}pos;"

    @property
    def read(self) -> str:
        """A read of an element."""
        return "sink = *pos;" if self.ctx.it.lifetime == "state" else "sink = *(u64 *)pos;"

    def says(self, key: str, n: int = 0) -> str:
        """A message; `n` is the number of an argument that it is about."""
        messages, programs = self.ctx.profile.messages, verifier.programs(self.ctx)
        return messages[key].format(it=self.ctx.it.name, n=n, r=n + 1, programs=programs)


def _programs(ctx: LoweringContext) -> Iterator[Program]:
    w = _Writer(ctx)
    yield from _states(w)
    yield from _accesses(w)
    yield from _arguments(w)
    yield from _companions(w)
    yield from _contexts(w)
    if ctx.it.rcu:
        yield from _sections(w)


def _states(w: _Writer) -> Iterator[Program]:
    """Calls in an order that the life of an iterator does not allow."""
    new, get, end = w.new(), w.next(), w.destroy()
    uninitialized, initialized = w.says("uninitialized"), w.says("initialized")
    yield Program("leak", w.says("unreleased"), (w.it,), (new, get))
    yield Program("next_without_new", uninitialized, (w.it,), (get,))
    yield Program("destroy_without_new", uninitialized, (w.it,), (end,))
    yield Program("new_twice", initialized, (w.it,), (new, new, end))
    yield Program("destroy_twice", uninitialized, (w.it,), (new, end, end))
    yield Program("next_after_destroy", uninitialized, (w.it,), (new, end, get))
    if w.ctx.it.name == "num":
        return
    yield Program(
        "other_iterator",
        uninitialized,
        ("struct bpf_iter_num num;",),
        ("bpf_iter_num_new(&num, 0, 1);", w.next("(void *)&num"), "bpf_iter_num_destroy(&num);"),
    )


def _accesses(w: _Writer) -> Iterator[Program]:
    """Reads and writes that the opaque state and an unchecked element do not allow."""
    elsewhere = "(void *)in_a_map"
    yield Program("not_on_stack", w.says("not_on_stack"), (), (w.new(elsewhere), w.destroy(elsewhere)))
    yield Program(
        "write_to_state",
        w.says("write_to_state"),
        (w.it,),
        (w.new(), "*(u64 *)&it = 0;", w.next(), w.destroy()),
    )
    yield Program(
        "read_of_state",
        w.says("read_of_state"),
        (w.it,),
        (w.new(), "sink = *(u64 *)&it;", w.destroy()),
    )
    yield Program(
        "unchecked_null",
        w.says("unchecked_null"),
        (w.it, w.pos),
        (w.new(), f"pos = {w.next()}", w.read, w.destroy()),
    )
    if w.ctx.it.lifetime == "state":
        written = w.loop("*pos = 0;")
        yield Program("write_to_element", w.says("readonly_element"), (w.pos,), written)


def _arguments(w: _Writer) -> Iterator[Program]:
    """Pointers that new() must not be given."""
    refused = w.says("untrusted_element" if any(a.rcu for a in w.ctx.it.arguments) else "untrusted_argument")
    for number, argument in enumerate(w.ctx.it.arguments, 1):
        handle = {a.name: h for a, h in held(w.ctx)}.get(argument.name)
        if handle is None:
            continue
        if not argument.nullable:
            given = passed(w.ctx, (argument.name, "NULL"))
            yield Program(
                f"null_{argument.name}",
                w.says("null_argument", number),
                (w.it,),
                (w.new(given=given), w.destroy()),
            )
        if argument.nullable and "{h}" in handle.untrusted:
            continue
        walked = passed(w.ctx, (argument.name, handle.untrusted.format(h=argument.name)))
        yield Program(
            f"untrusted_{argument.name}",
            refused,
            (w.it,),
            (w.new(given=walked), w.destroy()),
        )


def _companions(w: _Writer) -> Iterator[Program]:
    """Further kfuncs, of an iterator that is none yet."""
    for companion in w.ctx.it.companions:
        given = ["0" for p in companion.parameters if not p.type.endswith("*")]
        if len(given) < len(companion.parameters):
            continue
        place = len(given) if companion.last else 0
        given.insert(place, "&it")
        yield Program(
            f"{companion.name}_without_new",
            w.says("uninitialized_argument", place),
            (w.it,),
            (f"{companion.name}({', '.join(given)});",),
        )


def _contexts(w: _Writer) -> Iterator[Program]:
    """Where the iterator must not be used."""
    it = w.ctx.it
    nothing = w.loop("sink++;")
    awake = "tp_btf/task_newtask"
    reached = not it.programs or "tracing" in it.programs
    if it.context.sleepable:
        if reached:
            yield Program("not_sleepable", w.says("not_sleepable"), (w.pos,), nothing, section=awake)
        inside = ("bpf_rcu_read_lock();", *nothing, "bpf_rcu_read_unlock();")
        yield Program("inside_rcu", w.says("sleep_in_rcu"), (w.pos,), inside)
        inside = ("bpf_preempt_disable();", *nothing, "bpf_preempt_enable();")
        yield Program("inside_preempt", w.says("sleep_in_preempt"), (w.pos,), inside)
    if it.context.perfmon and w.says("no_perfmon"):
        yield Program("no_perfmon", w.says("no_perfmon"), (w.pos,), nothing, caps="CAP_BPF")
    if it.context.allow and reached:
        yield Program("not_allowed", w.says("not_allowed"), (w.pos,), nothing, section=awake)


def _sections(w: _Writer) -> Iterator[Program]:
    """What the RCU critical section must enclose."""
    unlock, lock = "bpf_rcu_read_unlock();", "bpf_rcu_read_lock();"
    nothing = w.loop("sink++;")
    yield Program("outside_rcu", w.says("no_rcu"), (w.pos,), nothing, locked=False)
    yield Program("unlock_in_loop", w.says("unlocked_in_loop"), (w.pos,), w.loop(unlock))
    yield Program("relock_in_loop", w.says("unlocked_in_loop"), (w.pos,), w.loop(unlock, lock))
    yield Program(
        "sleep_in_loop",
        w.says("sleep_in_loop"),
        (w.pos,),
        w.loop("bpf_copy_from_user(&sink, sizeof(sink), NULL);"),
    )
    found = fixture_like(w.ctx.it)
    # where the verifier refuses it inside the section too, the program would prove nothing
    if found is None or not found.keep:
        return
    acquire, release = KEEPERS[found.holder]
    yield Program(
        "element_after_section",
        w.says("untrusted_element"),
        (w.pos, f"{w.ctx.it.element}last = NULL;", f"{found.holder}kept;"),
        w.loop("last = pos;", "break;"),
        after=(
            "if (last) {",
            f"\tkept = {acquire}({found.keep.replace('pos', 'last')});",
            "\tif (kept)",
            f"\t\t{release}(kept);",
            "}",
        ),
    )
