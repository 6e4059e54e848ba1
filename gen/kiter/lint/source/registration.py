# SPDX-License-Identifier: GPL-2.0-only
"""I35 to I39: what a kernel refuses when a file's kfuncs are registered, or what its build does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kiter.csource import id_sets
from kiter.csource.function import Function
from kiter.csource.id_sets import Id
from kiter.csource.source import Source
from kiter.csource.struct import Struct
from kiter.edit import swapped
from kiter.errors import Edit, Position
from kiter.lint.rule import Hit
from kiter.lint.source.layout import BTF_CHECK
from kiter.lint.source.model import NEW, Files, Trio
from kiter.lint.source.table import Found, files_rule, rule
from kiter.names import near, only
from kiter.regex import regex

_WORD = 8
_KFUNC = regex(r"bpf_iter_(\w+)_(new|next|destroy)")
_SET = regex(r"BTF_(?:SET8|SET|KFUNCS)_(START|END)(?=\()")
_FLAG = regex(r"\bKF_\w+")
# Flags that mean nothing where a kernel does not have them, and why.
_IMPLIED = {
    "KF_TRUSTED_ARGS": "arguments are trusted anyway",
    "KF_FASTCALL": "registers are saved round every call",
    "KF_SPINLOCK_SAFE": "a list in the verifier says what may be called with a lock held",
}


@rule(
    "I35",
    "refused-by-registration",
    "an iterator that registration refuses",
    "registration fails for the whole set: none of its kfuncs is available",
    kernel=f"{BTF_CHECK}: a struct of 8, 16, ... bytes, next(it) to a pointer, void destroy(it)",
    hint="give the struct words of __u64, each kfunc the iterator first, next() and destroy() nothing else",
)
def refused(trio: Trio) -> Found:
    handles = (what for function in trio.kfuncs for what in _handle(trio, function))
    wrong = [*_struct(trio.opaque), *handles, *_next(trio.next), *_destroy(trio.destroy)]
    if wrong:
        yield Hit(trio.source.at(trio.new.node), "; ".join(f"{trio.name}: {what}" for what in wrong))


def _struct(opaque: Struct | None) -> Iterator[str]:
    """What is wrong with the struct that programs see, where its size is known."""
    if opaque is None or any(field.size is None for field in opaque.fields):
        return
    size = opaque.layout.size
    if size == 0 or size % _WORD:
        yield f"'struct {opaque.name}' has {size} bytes"


def _handle(trio: Trio, function: Function) -> Iterator[str]:
    """What is wrong with the first parameter, by whose type the kernel knows which iterator it is."""
    wanted = f"struct bpf_iter_{trio.name} *"
    given = [one.type for one in function.prototype.parameters]
    if not given or given[0].removeprefix("const ") != wanted:
        what = function.name.removeprefix(f"bpf_iter_{trio.name}_")
        yield f"{what}() takes '{given[0] if given else 'void'}' first, not '{wanted}'"


def _next(function: Function) -> Iterator[str]:
    if len(function.parameters) > 1:
        yield "next() takes more than the iterator"
    if not function.prototype.returns.endswith("*"):
        yield f"next() returns '{function.prototype.returns}', which is not a pointer"


def _destroy(function: Function) -> Iterator[str]:
    if len(function.parameters) > 1:
        yield "destroy() takes more than the iterator"
    if function.prototype.returns != "void":
        yield f"destroy() returns '{function.prototype.returns}'"


@rule(
    "I49",
    "missing-bpf-kfunc-marker",
    "a kfunc without __bpf_kfunc",
    "the compiler may inline or drop it, so that there is nothing for the id to name",
    kernel="include/linux/btf.h, __bpf_kfunc; Documentation/bpf/kfuncs.rst",
    hint="put __bpf_kfunc before it",
    fixable=True,
)
def unmarked(trio: Trio) -> Found:
    for function in trio.kfuncs:
        if not function.kfunc and trio.ids.get(function.name) is not None:
            at = trio.source.at(function.item.whole)
            yield Hit(at, f"'{function.name}' lacks __bpf_kfunc", edit=Edit(at, at, "__bpf_kfunc "))


@rule(
    "I50",
    "undeclared-iterator",
    "an iterator without declarations for BPF programs",
    "a program needs the prototypes of all three, and its author looks for them in a header",
    kernel="tools/testing/selftests/bpf/bpf_experimental.h; tools/lib/bpf/bpf_helpers.h, for numbers",
    hint="declare the struct and the kfuncs there, each 'extern ... __weak __ksym', as others are",
    severity="warning",
)
def undeclared(trio: Trio) -> Found:
    headers = [text for name in trio.profile.declaring if (text := _beside(trio, name))]
    if not headers:
        return  # the file is in no tree
    missing = [f.name for f in trio.kfuncs if not any(re.search(rf"\b{f.name}\(", one) for one in headers)]
    if missing:
        header = PurePosixPath(trio.profile.experimental).name
        yield Hit(trio.source.at(trio.new.node), f"{header} has no {', '.join(missing)}")


def _beside(trio: Trio, name: str) -> str:
    """A file of the tree that an iterator is in, "" where there is none."""
    folders = PurePosixPath(trio.source.path).parents
    return next((text for folder in folders if (text := trio.program.near(str(folder / name)))), "")


@files_rule(
    "I36",
    "incomplete-iterator",
    "an iterator without all of its kfuncs",
    "the verifier looks for the three by their names, and refuses a set that has only some of them",
    kernel=f"{BTF_CHECK}: bpf_iter_<name>_new, _next and _destroy",
    hint="define what is missing, under that very name",
)
def half(files: Files) -> Found:
    for source in files.sources:
        for name, function in source.functions.items():
            found = NEW.fullmatch(name)
            if found is None or not function.kfunc:
                continue
            others = (f"bpf_iter_{found[1]}_{what}" for what in ("next", "destroy"))
            missing = [other for other in others if other not in files.defined]
            if missing:
                yield Hit(source.at(function.node), f"there is no {' and no '.join(missing)}")


@files_rule(
    "I37",
    "kfunc-without-id",
    "a kfunc without its id, or an id without its kfunc",
    "without an id no program can call it; without the kfunc resolve_btfids fails the build",
    kernel="tools/bpf/resolve_btfids/main.c; include/linux/btf_ids.h, BTF_ID_FLAGS()",
    hint="give each of the three kfuncs a line in the set",
)
def unpaired(files: Files) -> Found:
    listed = {one.name: (source, one) for source in files.sources for one in source.ids}
    for source in files.sources:
        yield from _unlisted(source, set(listed))
    for name, (source, one) in listed.items():
        found = _KFUNC.fullmatch(name)
        others = _three(found[1]) - {name} if found else set()
        half = bool(others) and others <= files.defined
        if name not in files.defined and (half or _left_over(files, source, one)):
            yield Hit(source.line(one.first, one.column), f"'{name}' is not defined")


def _three(name: str) -> set[str]:
    """The kfuncs of an iterator."""
    return {f"bpf_iter_{name}_{what}" for what in ("new", "next", "destroy")}


def _unlisted(source: Source, listed: set[str]) -> Iterator[Hit]:
    """The kfuncs of a file that have no id, where others of their iterator have; and iterators with none."""
    alone: dict[str, Function] = {}
    for name, function in source.functions.items():
        found = _KFUNC.fullmatch(name)
        three = _three(found[1]) if found else set()
        if found is None or not function.kfunc or name in listed:
            continue
        if three & listed:
            yield Hit(source.at(function.node), f"'{name}' has no BTF_ID_FLAGS() line")
        elif three <= source.functions.keys():
            alone.setdefault(found[1], function)
    if alone:
        message = f"none of the files has the ids of {', '.join(alone)}"
        yield Hit(source.at(next(iter(alone.values())).node), message, _NAME_BOTH, severity="warning")


_NAME_BOTH = "name the file that has them, too: without their flags they are not judged as registered"


def _left_over(files: Files, source: Source, one: Id) -> bool:
    """Whether an iterator's id, or its three, are all of a set that no file defines or names elsewhere.

    The set that everybody's kfuncs join has those of other files as well.
    """
    around = next((each for each in source.id_sets if one in each.ids), None)
    common = source.path.endswith(files.profile.common_file)
    if around is None or common or not one.name.startswith("bpf_iter_"):
        return False
    missing = {each.name for each in around.ids} - files.defined
    found = _KFUNC.fullmatch(one.name)
    alone = {one.name} | (_three(found[1]) if found else set())
    if len(missing) == len(around.ids) or not missing <= alone:
        return False
    return sum(len(re.findall(rf"\b{one.name}\b", each.text)) for each in files.sources) == 1


@files_rule(
    "I38",
    "unknown-kfunc-flag",
    "a kfunc flag that the kernel does not have",
    "the file does not compile for that kernel",
    kernel="include/linux/btf.h, KF_*",
    hint="leave it out, where the kernel does what it says anyway, or use one that there is",
    fixable=True,
)
def unknown_flag(files: Files) -> Found:
    for source in files.sources:
        for one in source.ids:
            for flag in sorted(one.flags - set(files.profile.kfunc_flags)):
                if _FLAG.fullmatch(flag):
                    yield _flagged(files, source, one, flag)


def _flagged(files: Files, source: Source, one: Id, flag: str) -> Hit:
    """One flag with its fix: the flag that every kernel of today implies goes, a slip is put right."""
    row, column = next(
        (row, found.start())
        for row in range(one.first, one.last + 1)
        if (found := re.search(rf"\b{flag}\b", source.lines[row]))
    )
    at, line = source.line(row, column), source.lines[row]
    meant = only(flag, files.profile.kfunc_flags)
    message = f"'{flag}' is unknown to Linux {files.profile.release}"
    if flag in _IMPLIED:
        return Hit(at, message, f"leave it out: {_IMPLIED[flag]}", _without(at, line, flag))
    if meant:
        return Hit(at, message, f"{meant} is meant", swapped(at, flag, meant, line))
    return Hit(at, message, near(flag, files.profile.kfunc_flags))


def _without(at: Position, line: str, flag: str) -> Edit | None:
    """The edit that takes a flag away, with the bar beside it."""
    before, after = line[: at.column - 1], line[at.column - 1 + len(flag) :]
    bar = re.match(r"\s*\|\s*", after)
    ahead = re.search(r"\s*\|\s*$", before)
    if bar:
        return Edit(at, Position(at.file, at.line, at.column + len(flag) + bar.end()), "")
    first = Position(at.file, at.line, ahead.start() + 1) if ahead else None
    return Edit(first, Position(at.file, at.line, at.column + len(flag)), "") if first else None


@files_rule(
    "I39",
    "not-a-kfunc-set",
    "a set that is not a set of kfuncs",
    "register_btf_kfunc_id_set() refuses a set without the mark that BTF_KFUNCS_START() gives it",
    kernel="kernel/bpf/btf.c, register_btf_kfunc_id_set(), 6.9 and later; include/linux/btf_ids.h",
    hint="use BTF_KFUNCS_START() and BTF_KFUNCS_END()",
    fixable=True,
)
def plain_set(files: Files) -> Found:
    wanted = files.profile.set_open.partition("(")[0]
    for source in files.sources:
        for one in source.id_sets:
            held = any(_FLAG.search(" ".join(each.flags)) for each in one.ids)
            opening = _SET.search(source.lines[one.first])
            if not held or opening is None or opening[0] == wanted or _by_version(source, one.first):
                continue
            for row in (one.first, one.last):
                found = _SET.search(source.lines[row])
                if found is not None:
                    new = wanted.replace("START", found[1])
                    at = source.line(row, found.start())
                    edit = swapped(at, found[0], new, source.lines[row])
                    yield Hit(at, f"kfunc sets need {new}", edit=edit)


def _by_version(source: Source, row: int) -> bool:
    """Whether the file asks itself which kernel it is built for."""
    return any("LINUX_VERSION_CODE" in one.spelled for one in source.conditionals.around(row))


@files_rule(
    "I54",
    "unended-set",
    "a set of ids that has no end",
    "the file does not assemble: what opens a section is closed under the same name, or not at all",
    kernel="include/linux/btf_ids.h, BTF_KFUNCS_START() and BTF_KFUNCS_END()",
    hint="close it with the macro that ends in END, and with its name",
)
def unended(files: Files) -> Found:
    for source in files.sources:
        for row, name in id_sets.unended(source.code):
            yield Hit(source.line(row), f"nothing closes '{name}'")
