# SPDX-License-Identifier: GPL-2.0-only
"""The skeleton of an iterator that stands in the sources of a kernel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from kiter.adopt import skeleton
from kiter.adopt.skeleton import Argument, Skeleton, Value
from kiter.btf.types import Function, Struct
from kiter.errors import environment
from kiter.spec.model import NO_HEADER
from kiter.spec.release import spelled
from kiter.sync import clike
from kiter.sync.codes import CODES
from kiter.sync.sources import LARGEST, Tree
from kiter.target.profile import Profile
from kiter.tree import conditions, idset
from kiter.tree.worktree import WorkTree

# where iterators are looked for, the likeliest first; then in everything else
LIKELY = ("kernel/bpf", "kernel/sched", "tools/testing/selftests/bpf", "mm", "fs", "net", "drivers", "kernel")
LIBBPF = "tools/lib/bpf/bpf_helpers.h"
SCHEDULERS = "tools/sched_ext/include/scx/common.bpf.h"  # schedulers include no other
UAPI = "include/uapi/linux/bpf.h"
_OPTION = re.compile(r"#if(?:def)? (?:defined\()?(CONFIG_\w+)|#if IS_ENABLED\((CONFIG_\w+)\)")
_SWITCH = re.compile(r"\bswitch \((\w+)\)")
_ARGUMENT = re.compile(r"^ \* @(\w+): *(.+(?:\n \* {2,}\S.*|\n \*\t+\S.*)*)", re.MULTILINE)
_TITLE = re.compile(r"^ \* \w+\(\) - (.+)$", re.MULTILINE)
_ENUM_NAME = re.compile(r"enum(?: (\w+))? \{")


def read(work: WorkTree, name: str) -> Skeleton | None:
    """The iterator of that name; None if the tree has none."""
    tree = Tree(work.path)
    file = _find(work.path, f"bpf_iter_{name}_new")
    return _Reader(tree, work, name, file).read() if file else None


def _find(root: Path, function: str) -> str:
    """The file that defines a function, as a path of the tree."""
    wanted = re.compile(
        rf"^(?:__bpf_kfunc\b[^;{{(]{{0,200}}\b)?{re.escape(function)}\(".encode(), re.MULTILINE
    )
    for folder in LIKELY:
        for path in sorted((root / folder).rglob("*.c")):
            data = path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else b""
            if function.encode() in data and b"__bpf_kfunc" in data and wanted.search(data):
                return path.relative_to(root).as_posix()
    return ""


class _Reader:
    """One iterator: its file, without comments too, its functions by name, and their flags."""

    def __init__(self, tree: Tree, work: WorkTree, name: str, file: str) -> None:
        self.tree, self.name, self.file = tree, name, file
        self.release = spelled(work.version)
        self.profile: Profile = work.profile
        self.text, self.code = tree.text(file)
        found = tree.all(file, clike.kfuncs)
        self.at = {function.name: at for function, at in found}
        self.functions = {function.name: function for function, _ in found}
        self.ids: dict[str, frozenset[str]] = {}
        for path in (self.profile.common_file, file):
            self.ids |= {function: flags for function, flags, _ in clike.ids(tree.text(path)[1])}

    def read(self) -> Skeleton:
        new, following = self._function("new"), self._function("next")
        header, struct = self._struct()
        flags = self.ids.get(new.name, frozenset())
        select, cases = self._cases(new)
        return Skeleton(
            name=self.name,
            release=self.release,
            summary=self._summary(new),
            file=self.file,
            guard=self._guard(new),
            declarations=self._declarations(),
            header=header,
            open=not skeleton.opaque(struct),
            joins=self._set(new),
            element=following.returns,
            lifetime=skeleton.lifetime(following.returns, flags),
            context=skeleton.context(flags, self.release),
            arguments=tuple(self._arguments(new, flags, select, bool(cases))),
            select=select if cases else "",
            cases=cases,
            combinations=self._combinations(new) if not cases else (),
            words=skeleton.size(struct),
            fields=tuple(
                f for f in skeleton.fields(struct) if f.name not in {p.name for p in new.parameters}
            ),
            next=tuple(self._next(following)),
            companions=tuple(self._companions()),
        )

    def _called(self, what: str) -> str:
        return f"bpf_iter_{self.name}_{what}"

    def _function(self, what: str) -> Function:
        """One of the kfuncs; raises KiterError D14 where it is not defined as kfuncs are."""
        name = self._called(what)
        if name in self.functions and (what != "new" or self.functions[name].parameters):
            return self.functions[name]
        code = CODES["D14"]
        message = f"{code.title}: no __bpf_kfunc {name}()"
        raise environment("D14", message, code.reason, code.hint, self.file)

    def _body(self, function: Function) -> str:
        return clike.body(self.code, self.at[function.name])

    def _doc(self, function: Function) -> str:
        return clike.kernel_doc(self.text, self.at[function.name])

    def _summary(self, new: Function) -> str:
        found = _TITLE.search(self._doc(new))
        text = found[1].strip().rstrip(".") if found else f"walk over what {self._called('next')}() gives"
        return _begun_small(text)

    def _docs(self, function: Function) -> dict[str, str]:
        found = _ARGUMENT.findall(self._doc(function))
        texts = ((name, re.sub(r"\s*\n \*\s*", " ", text).strip().rstrip(".")) for name, text in found)
        return {name: _begun_small(text) for name, text in texts}

    def _guard(self, new: Function) -> str:
        if self.file in self.profile.guarded:
            return self.profile.guarded[self.file]
        lines = self.code.splitlines()
        row = clike.line(self.code, self.at[new.name]) - 1
        for block in conditions.around(conditions.blocks(lines), row):
            if found := _OPTION.match(conditions.spelled(lines, block)):
                return found[1] or found[2]
        return ""

    def _declarations(self) -> str:
        """The header that declares it, "" for the usual one, NO_HEADER where there is none."""
        schedulers = (SCHEDULERS,) if self.file.startswith("kernel/sched/") else ()
        for path in (self.profile.experimental, LIBBPF, *schedulers):
            if any(f.name == self._called("new") for f, _ in clike.declared(self.tree.text(path)[1])):
                return "" if path == self.profile.experimental else path
        return NO_HEADER

    def _struct(self) -> tuple[str, Struct | None]:
        """The header that has the struct, "" if it stands beside the kfuncs, and the struct."""
        beside = self.file.rpartition(".")[0] + ".h"
        for path in (self.file, beside, UAPI):
            for struct, _ in clike.structs(self.tree.text(path)[1]):
                if struct.name == f"bpf_iter_{self.name}":
                    return ("" if path == self.file else path), struct
        return "", None

    def _set(self, new: Function) -> str:
        """The set of ids that it joins, "" for the common one."""
        sets = self._sets(new.name)
        return "" if self.profile.common_set in sets else next(iter(sets), "")

    def _sets(self, function: str) -> list[str]:
        return [name for name, members in self._members if function in members]

    @cached_property
    def _members(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """All sets of ids with the functions in them."""
        paths = dict.fromkeys((self.profile.common_file, self.file))
        every = (one for path in paths for one in idset.every(self.tree.text(path)[1].splitlines()))
        return tuple((one.name, frozenset(entry.name for entry in one.entries)) for one in every)

    # --- flags -----------------------------------------------------------------------------------

    def _arguments(
        self, new: Function, flags: frozenset[str], select: str, cases: bool
    ) -> Iterator[Argument]:
        docs = self._docs(new)
        shown = {field.name for field in skeleton.fields(self._struct()[1])}
        for parameter in new.parameters[1:]:
            more = self._enum(new) if parameter.name == select and cases else ()
            more += (("keep", "copy"),) if parameter.name in shown else ()
            yield skeleton.argument(parameter, flags, self.release, docs, more)

    def _labels(self, new: Function) -> tuple[str, tuple[str, ...]]:
        """What new() switches over, and the labels."""
        body = self._body(new)
        found = _SWITCH.search(body)
        return (found[1], clike.labels(body)) if found else ("", ())

    def _cases(self, new: Function) -> tuple[str, tuple[Value, ...]]:
        """The values that select a walk: each an enumerator, in the order of the enum where that is here."""
        select, labels = self._labels(new)
        if not labels or any(not label.isidentifier() for label in labels):
            return select, ()
        here = self._enum_here(labels)
        order = sorted(labels, key=list(here).index) if here else self._written(new, labels)
        counting = list(here.values()) == list(range(len(here)))
        numbers = {label: "" if counting else str(here[label]) for label in labels} if here else {}
        return select, tuple(Value(label, numbers.get(label, ""), _words(label)) for label in order)

    def _written(self, new: Function, labels: Iterable[str]) -> list[str]:
        return sorted(labels, key=self._body(new).index)

    def _combinations(self, new: Function) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        select, labels = self._labels(new)
        values = tuple(Value(label, "", _words(label)) for label in labels)
        return ((select, values),) if values else ()

    def _enum_here(self, labels: Iterable[str]) -> dict[str, int]:
        """The enum of the file that has just these values."""
        found = (values for values, _ in clike.enums(self.code) if values.keys() == {*labels})
        return next(found, {})

    def _enum(self, new: Function) -> tuple[tuple[str, str], ...]:
        """Whether the enum is brought along, or which of the kernel's it is."""
        labels = {*self._labels(new)[1]}
        for path, key in ((self.file, "defines"), (UAPI, "enum")):
            code = self.tree.text(path)[1]
            for values, at in clike.enums(code):
                named = _ENUM_NAME.match(code, at)
                if labels <= values.keys() and named and (key == "defines" or named[1]):
                    return ((key, f"enum {named[1] or ''}".strip() if key == "defines" else named[1]),)
        return ()

    # --- code ------------------------------------------------------------------------------------

    def _next(self, function: Function) -> Iterator[str]:
        """The lines of next(), in the sources' own words."""
        start = self.code.index("{", self.at[function.name]) + 1
        end = self.code.find("\n}", start)
        for line in self.text[start : end if end >= 0 else start].strip("\n").splitlines():
            yield line.removeprefix("\t").rstrip()

    def _companions(self) -> Iterator[skeleton.Companion]:
        handle = f"struct bpf_iter_{self.name} *"
        trio = {self._called(what) for what in ("new", "next", "destroy")}
        for function in self.functions.values():
            takes = any(p.type == handle for p in function.parameters)
            if takes and function.name not in trio and len(function.parameters) <= skeleton.MOST + 1:
                sets = [name for name in self._sets(function.name) if name != self._set_of_new()]
                flags = self.ids.get(function.name, frozenset())
                yield skeleton.companion(function, handle, flags, sets)

    def _set_of_new(self) -> str:
        return self._set(self._function("new"))


def _begun_small(text: str) -> str:
    """As the texts of specs begin; a word such as DSQ stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _words(label: str) -> str:
    """A value's name as words, for somebody to say better."""
    return f"what {label} says" if label.isidentifier() else f"with {label}"
