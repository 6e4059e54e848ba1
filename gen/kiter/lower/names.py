# SPDX-License-Identifier: GPL-2.0-only
"""What things are called: functions, types, parameters and paths that follow from the spec."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.lower.state import State
from kiter.spec.argument import Argument
from kiter.spec.iterator import Iterator
from kiter.target.profile import Profile


def function(it: Iterator, what: str) -> str:
    """bpf_iter_X_new and its companions (kernel/bpf/btf.c demands these names)."""
    return f"bpf_iter_{it.name}_{what}"


def parameter(argument: Argument, profile: Profile) -> str:
    """The argument's name in the kernel's prototype, whose suffixes speak to the verifier."""
    return argument.name + (profile.nullable_suffix if argument.nullable else "")


def own_file(it: Iterator) -> str:
    """The kernel file that holds the kfuncs."""
    return it.file or f"kernel/bpf/{it.name}_iter.c"


def fragment(path: str, it: Iterator, ending: str) -> str:
    """Where out/ keeps what joins an existing file: in a folder beside it, so that nothing is overlaid."""
    return f"{path}.d/{it.name}{ending}"


def in_new(it: Iterator, profile: Profile) -> Mapping[str, str]:
    """How new() spells the names that a snippet may use."""
    return {a.name: parameter(a, profile) for a in it.arguments}


def in_next(state: State) -> Mapping[str, str]:
    """How next() spells the names that a snippet may use: all of them live in the state."""
    return {field.name: f"kit->{field.name}" for field in state.fields}
