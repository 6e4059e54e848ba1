# SPDX-License-Identifier: GPL-2.0-only
"""What things are called: functions, types, parameters and paths that follow from the spec."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.analysis.state import State
from kiter.spec.argument import Argument
from kiter.spec.model import Spec
from kiter.spec.walk import Native
from kiter.target.profile import Profile

HANDLE = "it__iter"  # the same, is_kfunc_arg_iter(): the verifier takes an iterator that is live, or was
IGNORED = "__ign"  # kernel/bpf/verifier.c, is_kfunc_arg_ignore(): the verifier takes any value


def function(it: Spec, what: str) -> str:
    """bpf_iter_X_new and its companions (kernel/bpf/btf.c demands these names), and our own helpers."""
    return f"bpf_iter_{it.name}_{what}"


def kern(it: Spec) -> str:
    """The tag of the struct that gives the opaque state its fields."""
    return f"bpf_iter_{it.name}_kern"


def parameter(argument: Argument, profile: Profile) -> str:
    """The argument's name in the kernel's prototype, whose suffixes speak to the verifier."""
    suffix = profile.nullable_suffix if argument.nullable else IGNORED if argument.ignored else ""
    return argument.name + suffix


def inline(name: str) -> str:
    """The field that stands in the place of a pointer to a buffer."""
    return f"{name}_inline"


def start(it: Spec) -> str:
    """The cursor's value before the first step, where NULL means that the walk is over.

    A macro whose name has the word BUG in capitals is one of those that crash the kernel to
    scripts/checkpatch.pl, AVOID_BUG.
    """
    name = f"bpf_iter_{it.name}_start"
    return name if "bug" in it.name.lower().split("_") else name.upper()


def helpers(it: Spec) -> dict[str, str]:
    """The functions that snippets may call by their short names."""
    return {h.name: function(it, h.name) for h in it.helpers}


def base(it: Spec, state: State) -> str:
    """What stands before a field: the open struct, allocated memory, or the view of the opaque struct."""
    return "it->" if it.place.open else f"{state.memory.name}->" if state.memory else "kit->"


def in_new(it: Spec, profile: Profile, state: State) -> Mapping[str, str]:
    """How new() spells the names that a snippet may use."""
    before = base(it, state)
    found = {f.name: f"{before}{f.name}" for f in it.fields}
    found |= {a.name: parameter(a, profile) for a in it.arguments}
    found |= {r.name: r.name for r in it.taken}
    whole = {state.memory.name: state.memory.name} if state.memory and state.memory.whole else {}
    return found | _natives(it, before) | whole | helpers(it)


def in_next(it: Spec, state: State, before: str) -> Mapping[str, str]:
    """How the functions after new() spell them: all live in the state, with `before` before their names."""
    found = {f.name: f.name if f.inline else f"{before}{f.name}" for f in state.fields}
    whole = {state.memory.name: f"kit->{state.memory.name}"} if state.memory and state.memory.whole else {}
    return found | _natives(it, before) | whole | helpers(it)


def _natives(it: Spec, before: str) -> dict[str, str]:
    """The name of a kernel's own iterator stands for its address."""
    walks = (walk for case in it.cases for walk in case.walks if isinstance(walk, Native))
    return {walk.name: f"&{before}{walk.name}" for walk in walks}
