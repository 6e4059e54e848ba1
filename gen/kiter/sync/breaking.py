# SPDX-License-Identifier: GPL-2.0-only
"""What BPF programs would notice between two revisions of a spec: what ran and does not any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

from kiter.lower.context import LoweringContext, lowering_context
from kiter.lower.interface import interface, struct
from kiter.spec import model
from kiter.spec.argument import Argument
from kiter.spec.context import Context
from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.target.profile import Profile
from kiter.value_class import value_class


@value_class
class Notice:
    """One thing that a program would notice: how it was, how it is, and where the spec says so."""

    code: str
    what: str
    old: str
    new: str
    at: Node = field(compare=False)


Pair = tuple[LoweringContext, LoweringContext]


def notices(old: model.Spec, new: model.Spec, target: Profile) -> Iterator[Notice]:
    """Everything for one kernel; nothing when it has not had the iterator before."""
    if old.younger:
        return
    if new.younger or new.name != old.name:
        yield Notice("N01", "the iterator", old.name, "none", new.node["iterator"])
        return
    pair = lowering_context(old, target), lowering_context(new, target)
    apart = (_kfuncs, _companions, _references, _target)
    for find in (_state, _arguments, _element, _flags, _refusals, _contexts, *apart):
        yield from find(pair)


def _state(pair: Pair) -> Iterator[Notice]:
    old, new = (struct(side).size for side in pair)
    if old != new:
        yield Notice("N02", "the struct", f"{old} bytes", f"{new} bytes", pair[1].it.node["iterator"])


def _target(pair: Pair) -> Iterator[Notice]:
    old, new = (side.it.seq for side in pair)
    if old and (new is None or old.seen != new.seen):
        at = new.node if new else pair[1].it.node["iterator"]
        yield Notice("N01", 'SEC("iter/...")', old.seen, new.seen if new else "none", at)


def _arguments(pair: Pair) -> Iterator[Notice]:
    old, new = ([a for a in side.it.arguments if not a.implicit] for side in pair)
    place = pair[1].it.node
    for position in range(max(len(old), len(new))):
        was, now = (side[position] if position < len(side) else None for side in (old, new))
        if was is None or now is None or was.type != now.type:
            at = now.node if now else place["iterator"]
            yield Notice("N03", f"argument {position + 1} of new()", _spelled(was), _spelled(now), at)
        elif was.nullable and not now.nullable:
            yield Notice("N03", f"argument {now.name}", "may be NULL", "may not be NULL", now.node)
        elif was.ignored and not now.ignored:
            yield Notice("N03", f"argument {now.name}", "is not checked", "must be trusted", now.node)
        elif was.rcu and not now.rcu:
            yield Notice("N03", f"argument {now.name}", "RCU suffices", "must be trusted", now.node)


def _spelled(argument: Argument | None) -> str:
    return f"{argument.type} {argument.name}" if argument else "none"


def _element(pair: Pair) -> Iterator[Notice]:
    old, new = (side.it for side in pair)
    if old.element != new.element:
        yield Notice("N04", "the elements", old.element, new.element, new.held.node)
    if old.lifetime == "rcu" and new.lifetime != "rcu":
        lasts = "valid until the critical section ends", "valid until the next call"
        yield Notice("N04", "the elements", *lasts, new.held.node)


# --- flags and refusals --------------------------------------------------------------------------


def _flags(pair: Pair) -> Iterator[Notice]:
    old, new = pair
    for was in old.it.arguments:
        now = new.it.argument(was.name)
        if now is None:
            continue
        if now.restricted and not was.restricted:
            yield Notice("N06", f"argument {now.name}", "any value", "some values only", now.node)
        yield from _accepted(pair, was, now)
        yield from _numbered(pair, was, now)


def _accepted(pair: Pair, was: Argument, now: Argument) -> Iterator[Notice]:
    """What a flag argument could be, and what its values ask for."""
    there = {flag.flag: flag for flag in now.flags}
    for flag in was.flags if now.restricted else ():
        if flag.flag not in there:
            yield Notice("N05", f"flag {flag.flag}", "accepted", "refused", now.node)
    values = {value.flag: value for value in now.values}
    nullable = {a.name for a in pair[0].it.arguments if a.nullable}
    for value in (v for v in was.values if v.flag in values):
        has = values[value.flag]
        for name in sorted(({*has.requires} - {*value.requires}) & nullable):
            yield Notice("N06", f"flag {value.flag}", "without needs", f"needs {name}", has.node)
        yield from _new_refusals(value.refusals, has.refusals, f"flag {value.flag}")


def _numbered(pair: Pair, was: Argument, now: Argument) -> Iterator[Notice]:
    """The numbers of the flags, which programs have in them."""
    before, after = (interface(side).enumerators for side in pair)
    known = {flag.flag for flag in was.flags}
    for flag in now.flags:
        if flag.flag in known and before.get(flag.flag) != after.get(flag.flag):
            old, new = (str(side.get(flag.flag, "the kernel's")) for side in (before, after))
            yield Notice("N05", f"the value of {flag.flag}", old, new, flag.node)


def _refusals(pair: Pair) -> Iterator[Notice]:
    old, new = (side.it for side in pair)
    yield from _new_refusals(old.refusals, new.refusals, "new()")


def _new_refusals(old: tuple[Refusal, ...], new: tuple[Refusal, ...], what: str) -> Iterator[Notice]:
    before = {refusal.when.text: refusal.errno for refusal in old}
    for refusal in new:
        was = before.get(refusal.when.text)
        if was != refusal.errno:
            now = f"-{refusal.errno} when {refusal.doc}"
            yield Notice("N06", what, f"-{was}" if was else "goes on", now, refusal.node)


# --- where it may be called ----------------------------------------------------------------------

# what a program must do or be when the switch is on
DEMANDS: tuple[tuple[str, Callable[[Context], bool]], ...] = (
    ("only inside an RCU critical section", lambda c: c.rcu),
    ("only in programs that may sleep", lambda c: c.sleepable),
    ("only with CAP_PERFMON", lambda c: c.perfmon),
    ("not while a bpf_spin_lock is held", lambda c: not c.spinlock),
)


def _contexts(pair: Pair) -> Iterator[Notice]:
    old, new = (side.it for side in pair)
    at = new.context.node
    for demand, is_made in DEMANDS:
        if is_made(new.context) and not is_made(old.context):
            yield Notice("N07", "new()", "called without that", demand, at)
    for errno, what in sorted({*new.context.fails} - {*old.context.fails}):
        yield Notice("N06", "new()", "goes on", f"-{errno} with {what.replace('_', ' ')}", at)
    if new.context.allow and not {*(old.context.allow or ("any",))} <= {*new.context.allow}:
        yield Notice("N07", "the programs", _listed(old.context.allow), _listed(new.context.allow), at)
    if new.programs and not {*(old.programs or ("any",))} <= {*new.programs}:
        yield Notice(
            "N07", "the programs", _listed(old.programs), _listed(new.programs), new.place.node["set"]
        )
    if new.guard and new.guard != old.guard:
        yield Notice("N07", "the kernels", old.guard or "all", f"with {new.guard}", new.node["guard"])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "all"


def _kfuncs(pair: Pair) -> Iterator[Notice]:
    """Trust that the flags of the kfuncs demand, beyond what the context says."""
    old, new = (_demanded(side) for side in pair)
    for function in sorted(old.keys() & new.keys()):
        for flag in sorted(new[function] - old[function]):
            yield Notice("N07", function, "without it", flag, pair[1].it.node["iterator"])


def _demanded(side: LoweringContext) -> dict[str, set[str]]:
    trust = {side.profile.trusted_flag, "KF_RCU"}
    return {k.prototype.name: trust.intersection(k.flags) for k in interface(side).kfuncs}


def _references(pair: Pair) -> Iterator[Notice]:
    """The kfuncs of references that are gone."""
    was, has = (one.it.held.reference for one in pair)
    now = {has.acquire, has.release} if has else set()
    for name in (was.acquire, was.release) if was else ():
        if name not in now:
            yield Notice("N01", f"{name}()", "there", "gone", pair[1].it.node["element"])


def _companions(pair: Pair) -> Iterator[Notice]:
    old, new = pair
    now = {companion.name: companion for companion in new.it.companions}
    for was in old.it.companions:
        has = now.get(was.name)
        if has is None:
            yield Notice("N01", f"{was.name}()", "there", "gone", new.it.node["iterator"])
            continue
        spelled = [(c.gives, c.last, *(p.type for p in c.parameters)) for c in (was, has)]
        if spelled[0] != spelled[1]:
            old_text, new_text = (" ".join(map(str, text)) for text in spelled)
            yield Notice("N03", f"{was.name}()", old_text, new_text, has.node)
