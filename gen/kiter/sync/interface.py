# SPDX-License-Identifier: GPL-2.0-only
"""What BPF programs see of an iterator, as facts that can be compared: an aspect, and what holds there.

Only sources show the values that new() accepts, what a header declares to programs, which arguments the
kernel-doc describes, and the option that new() and its id depend on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kiter.btf import flags
from kiter.btf.reader import Btf
from kiter.btf.types import Function, Struct
from kiter.interface import Interface
from kiter.sync import soundness
from kiter.sync.aspect import About, Aspect
from kiter.value_class import value_class

NEW = "KF_ITER_NEW"
NO_OPTION = "none"
TARGET = "bpf_iter_"  # include/linux/bpf.h, DEFINE_BPF_ITER_FUNC()
ONLY = frozenset({About.ACCEPTED, About.DECLARED, About.DOCUMENTED, About.OPTION, About.ID_OPTION})
_SAME = {"__u64": "u64", "__u32": "u32", "__s64": "s64", "__s32": "s32"}


@value_class
class Aspects:
    """The facts of one iterator; `uses` are the enumerators that it takes as they are."""

    facts: Mapping[Aspect, str]
    uses: frozenset[str] = frozenset()

    def _names(self, about: About) -> Iterator[str]:
        return (aspect.name for aspect in self.facts if aspect.about is about)

    @property
    def enumerators(self) -> frozenset[str]:
        """Those that it has a fact about or uses."""
        return self.uses.union(self._names(About.ENUMERATOR))

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets of SEC("iter/...")."""
        return tuple(self._names(About.TARGET))

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of its kfuncs."""
        return tuple(self._names(About.KFUNC))


def specified(given: Interface) -> Aspects:
    """An iterator as its spec has it."""
    facts: dict[Aspect, str] = {}
    for kfunc in given.kfuncs:
        name = kfunc.prototype.name
        facts[Aspect(About.KFUNC, name)] = prototype(explicit(kfunc.prototype, kfunc.flags))
        facts[Aspect(About.FLAGS, name)] = flags_text(kfunc.flags)
        facts[Aspect(About.DOCUMENTED, name)] = described(kfunc.described)
    facts[Aspect(About.STRUCT, given.struct.name)] = layout(given.struct)
    facts |= {Aspect(About.DECLARED, one.name): signature(one) for one in given.declared}
    if given.accepted:
        facts[Aspect(About.ACCEPTED, given.kfuncs[0].prototype.name)] = accepted(given.accepted)
    facts |= {Aspect(About.ENUMERATOR, name): str(value) for name, value in given.enumerators.items()}
    if given.target is not None:
        facts[target(given.target)] = context(given.target)
    return Aspects(facts, given.uses)


def target(function: Function) -> Aspect:
    """The aspect of the function that programs of SEC("iter/...") attach to."""
    return Aspect(About.TARGET, function.name.removeprefix(TARGET))


def context(function: Function) -> str:
    """What its programs get beside the meta data."""
    return ", ".join(contexts(function))


def contexts(function: Function) -> tuple[str, ...]:
    """The same, each by itself."""
    return tuple(declared(p.type, p.name) for p in function.parameters[1:])


def has(btf: Btf, name: str) -> bool:
    """Whether a kernel has an iterator of that name, be it without a part, or a module has it itself."""
    return any(btf.has_function(kfunc) for kfunc in trio(name))


def offered(btf: Btf) -> tuple[str, ...]:
    """The names of all iterators of a kernel or module.

    Where a file does not say which functions are kfuncs, they are those whose new() takes the struct.
    """
    news = _flagged(btf) if btf.has_ids else _looking_so(btf)
    return tuple(sorted(name.removeprefix("bpf_iter_").removesuffix("_new") for name in news))


def _flagged(btf: Btf) -> Iterator[str]:
    new = 1 << next(bit for bit, name in flags.FLAGS.items() if name == NEW)
    return (name for name, bits in btf.kfuncs().items() if bits & new)


def _looking_so(btf: Btf) -> Iterator[str]:
    for name in btf.functions():
        if name.startswith("bpf_iter_") and name.endswith("_new") and (new := btf.function(name)):
            handle = f"struct {name.removesuffix('_new')} *"
            if new.parameters and new.parameters[0].type == handle:
                yield name


def of(btf: Btf, name: str, ours: Aspects | None = None) -> Aspects:
    """An iterator as a kernel or module has it.

    `ours` says what to look for beside the three kfuncs, the struct, and other kfuncs that take it:
    its functions, and the enums that hold one of its enumerators, but for names in "__". An implicit
    argument that the BTF shows to programs (see soundness.py) is left out.
    """
    ours = ours or Aspects({})
    functions = _functions(btf, name, ours)
    known, shown = btf.kfuncs(), soundness.of(btf).shown
    public = (explicit(one, [soundness.FLAG] * (one.name in shown)) for one in functions)
    found = {Aspect(About.KFUNC, one.name): prototype(one) for one in public}
    for kfunc in (one.name for one in functions if one.name in known):
        found[Aspect(About.FLAGS, kfunc)] = flags_text(flags.names(known[kfunc]))
    if state := btf.struct(f"bpf_iter_{name}"):
        found[Aspect(About.STRUCT, state.name)] = layout(state)
    targets = (btf.function(f"{TARGET}{one}") for one in ours.targets)
    found |= {target(one): context(one) for one in targets if one}
    for enum in btf.enums_with(ours.enumerators):
        values = ((key, value) for key, value in enum.values.items() if not key.startswith("__"))
        found |= {Aspect(About.ENUMERATOR, key): str(value) for key, value in values}
    return Aspects(found)


def trio(name: str) -> tuple[str, ...]:
    """The three kfuncs of an iterator."""
    return tuple(f"bpf_iter_{name}_{what}" for what in ("new", "next", "destroy"))


def _functions(btf: Btf, name: str, ours: Aspects) -> tuple[Function, ...]:
    takes = f"struct bpf_iter_{name} *"
    wanted = dict.fromkeys(trio(name))
    wanted |= dict.fromkeys(ours.functions)
    others = (one for one in btf.kfunc_prototypes if any(p.type == takes for p in one.parameters))
    found = {one.name: one for one in (*map(btf.function, wanted), *others) if one}
    return tuple(found.values())


def prototype(function: Function) -> str:
    """A prototype as text."""
    parameters = ", ".join(declared(p.type, p.name) for p in function.parameters) or "void"
    return declared(function.returns, f"{function.name}({parameters})")


def declared(type_: str, name: str) -> str:
    """A declaration: `struct task_struct *pos`, `__u64 words[2]`."""
    base, bracket, length = type_.partition("[")
    return f"{base}{'' if base.endswith('*') else ' '}{name}{bracket}{length}"


def flags_text(names: Iterable[str]) -> str:
    """Flags in the order of their bits, whatever order they come in."""
    return " | ".join(ordered(names))


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """The same as a list."""
    order = list(flags.FLAGS.values())
    return tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))


def signature(function: Function) -> str:
    """A declaration without the names of its arguments, which programs need not spell alike."""
    given = ", ".join(_same(p.type) for p in function.parameters) or "void"
    return f"{_same(function.returns)} ({given})"


def _same(ctype: str) -> str:
    return " ".join(_SAME.get(word, word) for word in ctype.split())


def described(names: Iterable[str]) -> str:
    """The arguments that a kernel-doc comment describes."""
    return ", ".join(names) or "no argument"


def accepted(values: Iterable[str]) -> str:
    """Values of flag arguments, each once, the words of one in their alphabet."""
    spelled = {" | ".join(sorted(re.split(r"[\s|]+", value.strip()))) for value in values}
    return ", ".join(sorted(spelled))


def layout(struct: Struct) -> str:
    """Size, alignment and members as text."""
    members = "".join(f" {declared(m.type, m.name)};" for m in struct.members)
    return f"{struct.size} bytes, aligned to {struct.alignment}: {{{members} }}"


def explicit(function: Function, names: Iterable[str]) -> Function:
    """The prototype that programs call: without what the verifier supplies (KF_IMPLICIT_ARGS).

    tools/bpf/resolve_btfids does the same to the BTF of a kernel, Linux 7.3.
    """
    if soundness.FLAG not in names:
        return function
    kept = tuple(p for p in function.parameters if p.type not in soundness.IMPLICIT)
    return Function(function.name, function.returns, kept)
