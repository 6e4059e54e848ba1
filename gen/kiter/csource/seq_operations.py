# SPDX-License-Identifier: GPL-2.0-only
"""The seq_file operations of SEC("iter/...") in a C file: struct bpf_iter_seq_info, include/linux/bpf.h."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiter.csource.function import Function
from kiter.csource.source import Source
from kiter.regex import regex
from kiter.value_class import value_class

MARK = "struct bpf_iter_seq_info"
_USED = regex(r"\.seq_ops\s*=\s*&(\w+)")
_DEFINED = regex(r"\bstruct seq_operations (\w+)\s*=\s*\{([^{}]*)\}")
_MEMBER = regex(r"\.(start|next|stop|show)\s*=\s*&?(\w+)")


@value_class(eq=False)
class SeqOperations:
    """Those of one target.

    name: of the variable
    source: the file
    given: the functions that this file defines, by the names of the members
    """

    name: str
    source: Source
    given: Mapping[str, Function]


def read(source: Source) -> Iterator[SeqOperations]:
    """All of a file, in its order."""
    if MARK not in source.text:
        return
    used = set(_USED.findall(source.code))
    for name, members in _DEFINED.findall(source.code):
        if name in used:
            known = source.functions
            given = {what: known[one] for what, one in _MEMBER.findall(members) if one in known}
            yield SeqOperations(name, source, given)
