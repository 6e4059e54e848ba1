# SPDX-License-Identifier: GPL-2.0-only
"""What an iterator is to BPF programs: its kfuncs with their flags, its struct, its enumerators."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.btf.types import Function, Struct
from kiter.value_class import value_class


@value_class
class Kfunc:
    """One function that programs may call.

    prototype: as the kernel defines it, suffixes of its arguments and implicit ones included
    flags: its KF_ flags
    described: the arguments that its kernel-doc describes
    """

    prototype: Function
    flags: tuple[str, ...]
    described: tuple[str, ...]


@value_class
class Interface:
    """Everything that a program can depend on.

    kfuncs: new(), next() and destroy(), those of references, then the companions
    declared: the first three as a header declares them to programs; none where no header does
    struct: what stands on the program's stack
    enumerators: the constants that the iterator defines, with their values
    accepted: the values of flag arguments that new() tells apart, as C spells them
    uses: the constants of the kernel's that it takes
    target: the function that programs of SEC("iter/...") attach to; None where there is no such form
    """

    kfuncs: tuple[Kfunc, ...]
    declared: tuple[Function, ...]
    struct: Struct
    enumerators: Mapping[str, int]
    accepted: tuple[str, ...]
    uses: frozenset[str]
    target: Function | None = None

    def flags(self, function: str) -> tuple[str, ...]:
        """The flags of one kfunc; none for one that is not there."""
        return next((kfunc.flags for kfunc in self.kfuncs if kfunc.prototype.name == function), ())
