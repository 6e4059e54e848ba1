# SPDX-License-Identifier: GPL-2.0-only
"""The skeleton of a spec, and what its parts follow from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kiter.btf.types import Function, Parameter, Struct
from kiter.fixtures.known import library
from kiter.sync import soundness
from kiter.value_class import value_class

MOST = 4  # arguments of a companion that a spec can have
NULLABLE, IGNORED = "__nullable", "__ign"


@value_class
class Argument:
    """An argument of new(): `facts` are its keys with their values, `doc` what it is."""

    name: str
    facts: tuple[tuple[str, str], ...]
    doc: str


@value_class
class Value:
    """A value that a flag argument may have; `number` is "" where it just counts on."""

    name: str
    number: str
    doc: str


@value_class
class Companion:
    """A further kfunc that takes the iterator."""

    name: str  # of the kfunc
    parameters: tuple[Parameter, ...]  # those beside the iterator
    last: bool  # whether the iterator is its last parameter
    # the type of its result, "" for none
    gives: str
    # whether its arguments may be such as RCU protects
    rcu: bool
    sets: tuple[str, ...]  # those that it joins beside that of the iterator


@value_class
class Skeleton:
    """A spec to be."""

    name: str  # "css" for bpf_iter_css_new()
    release: str  # the kernel that it was read of, "" where that is not known
    summary: str  # completes "use it to ..."
    file: str  # the kernel file with the kfuncs, "" where there is BTF alone
    guard: str  # the kernel option without which it cannot exist, "" for none
    declarations: str  # the header for BPF programs, "" for the usual one, or NO_HEADER
    header: str  # the header with the struct, "" where it stands beside the kfuncs
    open: bool  # the struct shows its fields
    joins: str  # the set that the kfuncs join, "" for the common one
    programs: tuple[str, ...]  # the types that its set is registered for, none for all
    element: str  # the C type of what next() returns
    lifetime: str  # what keeps an element valid, as far as can be told
    context: tuple[tuple[str, str], ...]  # the keys of `context` with their values
    arguments: tuple[Argument, ...]  # of new(), after the iterator itself
    flags: str  # the flag argument, "" for none
    values: tuple[Value, ...]  # what it may be
    words: int  # the size of the struct, in words of 8 bytes
    fields: tuple[Parameter, ...]  # those that an open struct shows, without kept arguments
    next: tuple[str, ...]  # the lines of the body of next() as it stands there
    companions: tuple[Companion, ...]  # further kfuncs that take the iterator
    # what programs of SEC("iter/NAME") get beside the meta data, each as C declares it; none without
    target: tuple[str, ...]

    @property
    def form(self) -> str:
        """What these call the element, "" where a spec cannot ask for the form, or there is none."""
        able = not self.arguments and self.lifetime != "rcu" and len(self.target) == 1
        member = self.target[0].removeprefix(self.element) if able else ""
        return member if member.isidentifier() else ""

    @property
    def placement(self) -> tuple[tuple[str, str], ...]:
        """The keys of `placement` with their values."""
        own = f"{{programs: [{', '.join(self.programs)}]}}" if self.programs and not self.file else ""
        said = (
            ("code", "by-hand"),
            ("file", self.file),
            ("declarations", self.declarations),
            ("header", self.header),
            ("open", "true" if self.open else ""),
            ("join", self.joins),
            ("set", own),
            ("room", "" if self.fields else str(self.words)),
        )
        return tuple((key, value) for key, value in said if value)

    def offered(self, argument: Argument) -> tuple[Value, ...]:
        """What a flag argument may be, nothing for another argument."""
        return self.values if argument.name == self.flags else ()

    @property
    def untold(self) -> tuple[tuple[str, str], ...]:
        """The arguments that no test knows what to pass for, each with the least there is.

        A pointer that may not be NULL is left to its author: how to come by one a fixture must say.
        """
        kept = (a for a in self.arguments if not self.offered(a) and "implicit" not in dict(a.facts))
        told = ((a.name, dict(a.facts)) for a in kept if dict(a.facts)["type"] not in library().objects)
        return tuple((name, least) for name, facts in told if (least := _least(facts)))


def _least(facts: Mapping[str, str]) -> str:
    """The least that may be passed, "" for a pointer that may not be NULL."""
    if not facts["type"].endswith("*"):
        return "0"
    return "" if {"nullable", "ignored"}.isdisjoint(facts) else "NULL"


def context(flags: Iterable[str], release: str) -> tuple[tuple[str, str], ...]:
    """Where it may be used, as the flags of new() say."""
    later = f"{{{release}-: true}}" if release else "true"
    known = {
        "KF_RCU_PROTECTED": ("rcu", "true"),
        "KF_SLEEPABLE": ("sleepable", "true"),
        "KF_PERFMON": ("perfmon", later),
        "KF_SPINLOCK_SAFE": ("spinlock", later),
    }
    return tuple(known[flag] for flag in sorted(flags) if flag in known)


def lifetime(element: str, flags: Iterable[str]) -> str:
    """The usual one for the elements and the flags of new(): only its author knows."""
    if not element.startswith(("struct ", "const struct ")):
        return "state"
    return "rcu" if "KF_RCU_PROTECTED" in flags else "native"


def argument(
    parameter: Parameter,
    flags: frozenset[str],
    release: str,
    docs: dict[str, str],
    more: Iterable[tuple[str, str]] = (),
) -> Argument:
    """An argument as the prototype has it; its suffixes and the flags of new() are keys of a spec."""
    name, facts = parameter.name, [("type", parameter.type)]
    for suffix, key in ((NULLABLE, "nullable"), (IGNORED, "ignored")):
        if name.endswith(suffix):
            name = name.removesuffix(suffix)
            facts.append((key, "true"))
    if soundness.FLAG in flags and parameter.type in soundness.IMPLICIT:
        facts += [("implicit", "true"), *([("kernels", f"{release}-")] if release else [])]
    if "KF_RCU" in flags and parameter.type.startswith("struct "):
        facts.append(("trust", "rcu"))
    said = docs.get(parameter.name) or docs.get(name) or f"the argument {name}"
    return Argument(name, (*facts, *more), said)


def fields(struct: Struct | None) -> tuple[Parameter, ...]:
    """The fields of a struct that shows them."""
    if struct is None or opaque(struct):
        return ()
    return tuple(Parameter(member.name, member.type) for member in struct.members)


def size(struct: Struct | None) -> int:
    """The words of the struct."""
    return max(1, (struct.size if struct else 8) // 8)


def opaque(struct: Struct | None) -> bool:
    """Whether the struct hides its fields."""
    return struct is None or any(member.name.startswith("__opaque") for member in struct.members)


def companion(function: Function, handle: str, flags: frozenset[str], sets: Sequence[str]) -> Companion:
    """A kfunc that takes the iterator beside other arguments."""
    own = tuple(p for p in function.parameters if p.type != handle)
    last = bool(own) and function.parameters[-1].type == handle
    gives = "" if function.returns == "void" else function.returns
    return Companion(function.name, own, last, gives, "KF_RCU" in flags, tuple(sets))
