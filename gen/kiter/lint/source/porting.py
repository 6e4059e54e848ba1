# SPDX-License-Identifier: GPL-2.0-only
"""I48, I51, I52: what one kernel spells otherwise than another."""

from __future__ import annotations

import re

from kiter.csource.function import Function
from kiter.csource.source import Source
from kiter.edit import swapped
from kiter.errors import Edit
from kiter.lint.rule import Hit
from kiter.lint.source.model import Files, Registered, Trio
from kiter.lint.source.table import Found, files_rule, rule
from kiter.regex import regex

_IMPORTS = regex(r"^MODULE_IMPORT_NS\(\"?(\w+)\"?\);")
_OPTIONAL = "__opt"
_SUPPLIED = "struct bpf_prog_aux"


@rule(
    "I48",
    "unintended-suffix",
    "an argument's name with an unintended suffix",
    "__opt marks an optional buffer with a size; a pointer that may be NULL has the suffix __nullable",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_nullable(), 6.7 and later",
    hint="use the suffix __nullable",
    fixable=True,
)
def optional(trio: Trio) -> Found:
    for p in trio.new.parameters[1:]:
        if p.pointer and p.name.endswith(_OPTIONAL):
            better = p.name.removesuffix(_OPTIONAL) + trio.profile.nullable_suffix
            edit = _renamed(trio.source, trio.new, p.name, better)
            yield Hit(trio.source.at(trio.new.node), f"'{p.name}' ends in __opt", edit=edit)


def _renamed(source: Source, function: Function, old: str, new: str) -> Edit:
    """The edit that gives a name of a function another spelling, in the comment above it, too."""
    first, last = function.item.first, function.item.last
    lines = [line.removesuffix("\r") for line in source.lines[first : last + 1]]
    text = re.sub(rf"\b{old}\b", new, "\n".join(lines))
    return Edit(source.line(first), source.line(last, len(lines[-1])), text)


@files_rule(
    "I51",
    "symbol-namespace-spelling",
    "a symbol namespace in the spelling of another release",
    "the macro took a word until 6.12 and takes a string since 6.13: the module does not build",
    kernel="include/linux/module.h, MODULE_IMPORT_NS()",
    hint="spell it as this kernel does",
    fixable=True,
)
def other_import(files: Files) -> Found:
    for source in files.sources:
        for row, line in enumerate(source.lines):
            found = _IMPORTS.match(line)
            if found is None:
                continue
            wanted = files.profile.import_space.format(space=found[1])
            if found[0] != wanted:
                at = source.line(row)
                edit = swapped(at, found[0], wanted, line)
                yield Hit(at, f"Linux {files.profile.release} wants {wanted}", edit=edit)


@rule(
    "I52",
    "missing-implicit-args",
    "an argument that the verifier should supply, and does not",
    "no program has such a pointer to pass, so none can call new()",
    kernel="tools/bpf/resolve_btfids/main.c, for KF_IMPLICIT_ARGS, 7.0 and later",
    hint="register it with KF_IMPLICIT_ARGS, and take it last",
    fixable=True,
)
def not_supplied(trio: Trio) -> Found:
    one, flag = trio.registered("new"), trio.profile.implicit_flag
    asked = [p for p in trio.new.parameters[1:] if p.pointer and p.type == _SUPPLIED]
    if one is None or bool(asked) == ("KF_IMPLICIT_ARGS" in one.flags):
        return
    if not asked:
        yield Hit(one.at, f"new() takes no '{_SUPPLIED} *' last", f"take one, or leave {flag} out")
    elif flag:
        yield Hit(one.at, f"'{asked[0].name}' is registered without {flag}", edit=added(one, flag))
    else:
        message = f"Linux {trio.profile.release} gives nobody '{asked[0].name}'"
        yield Hit(trio.source.at(asked[0].node), message, "remove it: this kernel supplies no arguments")


def added(one: Registered, flag: str) -> Edit | None:
    """The edit that adds a flag behind the others of a kfunc."""
    line = one.source.lines[one.id.last]
    if (end := line.rfind(")")) < 0:
        return None
    at = one.source.line(one.id.last, end)
    return Edit(at, at, f" | {flag}" if one.flags else f", {flag}")
