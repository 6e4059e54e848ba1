# SPDX-License-Identifier: GPL-2.0-only
"""The sets of kfuncs that a C file registers: register_btf_kfunc_id_set(), kernel/bpf/btf.c."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.regex import regex
from kiter.value_class import value_class

_STRUCT = regex(r"struct btf_kfunc_id_set (\w+)\s*=\s*\{([^}]*)\}")
_SET = regex(r"\.set\s*=\s*&(\w+)")
_CALL = regex(r"register_btf_kfunc_id_set\(\s*BPF_PROG_TYPE_(\w+),\s*&(\w+)\)")


@value_class
class Registration:
    """A set of ids that programs get."""

    ids: str  # the name of the set
    types: frozenset[str]  # of these programs, without BPF_PROG_TYPE_
    filtered: bool  # whether a filter may refuse some of them


def read(code: str) -> Iterator[Registration]:
    """All sets that a text without comments registers."""
    calls = _CALL.findall(code)
    for struct, body in _STRUCT.findall(code):
        ids = _SET.search(body)
        types = frozenset(kind for kind, registered in calls if registered == struct)
        if ids and types:
            yield Registration(ids[1], types, ".filter" in body)
