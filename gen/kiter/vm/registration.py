# SPDX-License-Identifier: GPL-2.0-only
"""Why a module was refused: the kernel's registration rules, checked again on the module's own BTF.

The kernel says no more than -EINVAL. The rules are those of btf_check_kfunc_protos() and of
btf_populate_kfunc_set() in kernel/bpf/btf.c; for which programs a module registers, its BTF does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kiter.btf.ids import KFUNCS
from kiter.btf.kinds import PTR, STRUCT
from kiter.btf.reader import Btf
from kiter.btf.types import Type
from kiter.errors import Diagnostic, KiterError, Position
from kiter.value_class import value_class

ROLES = {1 << 8: "new", 1 << 9: "next", 1 << 10: "destroy"}
PREFIX = "bpf_iter_"
NAME_MOST = 128
ERRNOS = {
    2: ("a symbol that the module uses does not exist or is not exported", "see the kernel's messages"),
    8: ("the module was built for another kernel", "build it with the headers of the kernel that is booted"),
    12: ("the guest has too little memory", "give it more"),
    17: ("a module of that name exists already, perhaps built in", "give the module another name"),
    22: (
        "the kernel refuses the registration of the kfuncs",
        "its BTF breaks no rule; a module may register once for program types that share a hook, such as "
        "TRACING and LSM",
    ),
}


@value_class
class Kfunc:
    """An entry of a set: the function's name and id, and its KF_ flags."""

    name: str
    id: int
    flags: int


@value_class
class IdSet:
    """A set of kfuncs in a module; `marked` if it was declared with BTF_KFUNCS_START."""

    name: str
    marked: bool
    kfuncs: tuple[Kfunc, ...]


@value_class
class Finding:
    """A rule that does not hold, and for what."""

    code: str
    message: str
    reason: str


def id_sets(types: Btf) -> list[IdSet]:
    """The sets of a module, their ids resolved by its BTF."""
    return [
        IdSet(
            group.name,
            bool(group.marks & KFUNCS),
            tuple(Kfunc(types.type(i).name if i else "", i, flags) for i, flags in group.pairs),
        )
        for group in types.id_sets
    ]


def check_sets(sets: Iterable[IdSet], types: Btf, kernel: frozenset[str]) -> Iterator[Finding]:
    """Every rule that a set or one of its kfuncs breaks; `kernel` has the names of its functions."""
    flags_of: dict[str, int] = {}
    for group in sets:
        if not group.marked:
            yield Finding(
                "R51", f"the set {group.name} is no set of kfuncs", "declare it with BTF_KFUNCS_START()"
            )
        for kfunc in group.kfuncs:
            yield from _check_kfunc(kfunc, types, kernel)
            if flags_of.setdefault(kfunc.name, kfunc.flags) != kfunc.flags:
                yield Finding(
                    "R60", f"{kfunc.name} has different flags in two sets", "they must be the same everywhere"
                )


def _check_kfunc(kfunc: Kfunc, types: Btf, kernel: frozenset[str]) -> Iterator[Finding]:
    if not kfunc.id:
        yield Finding(
            "R52", "a kfunc of the set has no BTF", "it must be a global function marked __bpf_kfunc"
        )
        return
    if kfunc.name in kernel:
        yield Finding(
            "R62", f"the kernel has a function {kfunc.name}", "a module's kfunc needs a name of its own"
        )
    roles = [role for bit, role in ROLES.items() if kfunc.flags & bit]
    if len(roles) > 1:
        both = " and ".join(f"KF_ITER_{r.upper()}" for r in roles)
        yield Finding("R53", f"{kfunc.name} has {both}", "a kfunc is exactly one of an iterator's three")
    elif roles:
        yield from _check_iterator(kfunc, roles[0], types)


def _check_iterator(kfunc: Kfunc, role: str, types: Btf) -> Iterator[Finding]:
    proto = types.type(types.type(kfunc.id).ref)
    name = kfunc.name
    state = _state(proto, types)
    if state is None:
        yield Finding(
            "R54", f"{name}: the first argument is no struct {PREFIX}… *", "the iterator's state comes first"
        )
        return
    if not state.ref or state.ref % 8:
        yield Finding(
            "R55", f"struct {state.name} has {state.ref} bytes", "its size must be a multiple of 8, and not 0"
        )
    if name != f"{state.name}_{role}" or len(name) >= NAME_MOST:
        yield Finding(
            "R56", f"{name} is not called {state.name}_{role}", "the kernel makes the name from the struct's"
        )
    if role != "new" and len(proto.members) != 1:
        yield Finding(
            "R57", f"{name} has {len(proto.members)} arguments", "it takes the iterator and nothing else"
        )
    returned = types.skip_modifiers(proto.ref)
    if role == "next" and returned.kind != PTR:
        yield Finding("R58", f"{name} does not return a pointer", "next() returns the element or NULL")
    if role == "destroy" and proto.ref != 0:
        yield Finding("R59", f"{name} returns something", "destroy() returns void")


def _state(proto: Type, types: Btf) -> Type | None:
    if not proto.members:
        return None
    first = types.skip_modifiers(proto.members[0][1])
    if first.kind != PTR:
        return None
    state = types.skip_modifiers(first.ref)
    return state if state.kind == STRUCT and state.name.startswith(PREFIX) else None


def check_module(ko: Path, kernel: Path) -> list[Finding]:
    """All the rules that a built module breaks; `kernel` is a file with the kernel's BTF."""
    base = Btf.of(kernel)
    try:
        types = Btf.of(ko, base)
    except KiterError:
        needed = "pahole and the kernel's vmlinux are needed to build it"
        return [Finding("R52", "the module has no BTF", needed)]
    return list(dict.fromkeys(check_sets(id_sets(types), types, base.functions())))


def explain(errno: int, messages: Iterable[str], findings: Iterable[Finding], file: str) -> list[Diagnostic]:
    """Why the module of `file` was refused: the rules it breaks, else what the errno and the log say."""
    broken = list(findings)
    if errno == 22 and broken:
        return [Diagnostic(Position(file), f.code, f.message, f.reason) for f in broken]
    title, hint = ERRNOS.get(errno, ("the kernel refuses the module", ""))
    said = "\n".join(messages)
    return [Diagnostic(Position(file), "R41", f"{title} (error {errno})", said, hint)]
