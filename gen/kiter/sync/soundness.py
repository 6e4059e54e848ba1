# SPDX-License-Identifier: GPL-2.0-only
"""Whether the BTF of a kernel shows programs the kfuncs that they can call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from kiter.btf import flags
from kiter.btf.reader import Btf
from kiter.btf.types import Function
from kiter.errors import Diagnostic, Position
from kiter.sync.codes import CODES
from kiter.value_class import value_class

FLAG = "KF_IMPLICIT_ARGS"
# what an implicit argument may be: tools/bpf/resolve_btfids/main.c, is_kf_implicit_arg(), Linux 7.3
IMPLICIT = frozenset(
    f"{const}struct {name} *" for name in ("bpf_prog_aux", "btf_struct_meta") for const in ("", "const ")
)
GIVEN = "__prog"  # the suffix by which kfuncs before KF_IMPLICIT_ARGS had the same, in their public prototype
INNER = (
    "_impl"  # the suffix of the function that has them: process_kfunc_with_implicit_args(), in the same file
)
_BEGIN = "bpf_iter_"
_TRIO = ("_new", "_next", "_destroy")


@value_class
class Soundness:
    """What is wrong with a kernel's BTF: the kfuncs that show an implicit argument to programs.

    `tagged`: it says by itself which functions are kfuncs
    """

    file: str
    shown: tuple[str, ...]
    tagged: bool

    def __bool__(self) -> bool:
        return not self.shown

    @property
    def cause(self) -> str:
        """Why it is so, as far as can be told."""
        if self.tagged:
            return "resolve_btfids did not take the argument out of the prototype"
        return "it has no bpf_kfunc tags, which pahole writes and resolve_btfids goes by"


@lru_cache(maxsize=4)  # asked for each iterator of a kernel
def of(types: Btf) -> Soundness:
    """Look at the kfuncs of the file itself, or at its iterators where it cannot say which are kfuncs."""
    found = _flagged(types) if types.has_ids else _by_name(types)
    shown = sorted(f.name for f in found.values() if f.parameters and _implicit(f))
    return Soundness(types.file, tuple(shown), bool(types.tagged))


def _flagged(types: Btf) -> Mapping[str, Function]:
    bit = 1 << next(bit for bit, name in flags.FLAGS.items() if name == FLAG)
    known = types.kfuncs()
    return {f.name: f for f in types.kfunc_prototypes if known[f.name] & bit}


def _by_name(types: Btf) -> Mapping[str, Function]:
    """Those that tags say are kfuncs, and the functions of iterators."""
    names = types.tagged | {n for n in types.functions() if n.startswith(_BEGIN) and n.endswith(_TRIO)}
    found = {name: types.function(name) for name in names if not name.endswith(INNER)}
    return {name: function for name, function in found.items() if function}


def _implicit(function: Function) -> bool:
    last = function.parameters[-1]
    return last.type in IMPLICIT and not last.name.endswith(GIVEN)


def diagnostic(found: Soundness) -> Diagnostic:
    """What is told of BTF that is not sound, in one line."""
    code = CODES["D15"]
    names = ", ".join(f"{name}()" for name in found.shown)
    return Diagnostic(
        Position(found.file), "D15", f"{code.title}: {names}, as {found.cause}", code.reason, code.hint
    )


def warning(found: Soundness) -> Diagnostic:
    """The same where it stops nothing."""
    return replace(diagnostic(found), severity="warning")
