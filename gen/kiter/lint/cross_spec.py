# SPDX-License-Identifier: GPL-2.0-only
"""K20, K21, K23: what several iterators of one kernel cannot share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.lint.rule import Hit
from kiter.lint.tables import cross_spec_rule
from kiter.spec import model
from kiter.spec.node import Node


@cross_spec_rule(
    "K20",
    "duplicate-iterator",
    "two iterators with one name",
    "the kfuncs' names follow from the iterator's, and must be unique in a kernel",
    kernel="kernel/bpf/btf.c, btf_check_iter_kfuncs()",
    hint="rename one, or build the two specs apart",
)
def name_twice(its: Sequence[model.Spec]) -> Iterator[Hit]:
    first: dict[str, model.Spec] = {}
    for it in its:
        if (other := first.setdefault(it.name, it)) is not it:
            at = other.node["iterator"].at
            message = f"the iterator '{it.name}' is in {at.file}:{at.line} already"
            yield Hit(it.node["iterator"].at, message)


@cross_spec_rule(
    "K21",
    "duplicate-enum",
    "two enums with one name",
    "enumerators and names of enums are global in the kernel's BTF",
    kernel="tools/bpf/bpftool/btf.c, dump_btf_c(): vmlinux.h has the types of all",
    hint="rename one; an enum that another iterator defines is used with 'enum: NAME'",
)
def enum_twice(its: Sequence[model.Spec]) -> Iterator[Hit]:
    first: dict[str, Node] = {}
    for it in its:
        for name, node in _defined(it):
            other = first.setdefault(name, node)
            if other.document is not node.document:
                message = f"'{name}' is defined in {other.at.file}:{other.key_at.line} already"
                yield Hit(node.key_at, message)


def _defined(it: model.Spec) -> Iterator[tuple[str, Node]]:
    """The names that an iterator's own enums bring along."""
    for argument in it.arguments:
        if argument.brought:
            yield argument.defines, argument.node["defines"]
        for flag in argument.defined:
            yield flag.flag, flag.node


@cross_spec_rule(
    "K23",
    "duplicate-kfunc",
    "two kfuncs with one name",
    "a kernel has each kfunc once",
    kernel="kernel/bpf/btf.c, btf_populate_kfunc_set()",
    hint="rename one of them",
)
def companion_twice(its: Sequence[model.Spec]) -> Iterator[Hit]:
    taken = {f"bpf_iter_{it.name}_{what}": it for it in its for what in ("new", "next", "destroy")}
    for it in its:
        for name, node in it.further:
            other = taken.setdefault(name, it)
            if other is not it:
                where = other.node["iterator"].at
                yield Hit(node.key_at, f"'{name}' belongs to '{other.name}' in {where.file} already")
