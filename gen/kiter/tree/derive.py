# SPDX-License-Identifier: GPL-2.0-only
"""The profile of a kernel, read in its sources: each fact with its place, and what could not be read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from kiter.cache.store import Cache
from kiter.errors import ENVIRONMENT, Diagnostic
from kiter.regex import regex
from kiter.spec.release import spelled
from kiter.target.profile import Profile, nearest, profile, releases
from kiter.tree import registrations, verifier_words
from kiter.tree.codes import CODES, finding, refusal
from kiter.tree.options import option_of
from kiter.tree.registrations import Registrations
from kiter.tree.survey import Survey, surveyed
from kiter.tree.texts import Place, Texts
from kiter.value_class import value_class

BTF_H, IDS_H = "include/linux/btf.h", "include/linux/btf_ids.h"
CHECKPATCH, MODULE_H = "scripts/checkpatch.pl", "include/linux/module.h"
EVERYWHERE = "bpf_iter_num_new"  # which every type of program may call
_FLAG = regex(r"^#define (KF_[A-Z0-9_]+)\s", re.MULTILINE)
# before __bpf_kfunc_start_defs(), Linux 6.7: as Documentation/bpf/kfuncs.rst of 6.4 to 6.6 says
_DIAG = (
    '__diag_push();\n__diag_ignore_all("-Wmissing-prototypes",\n'
    '\t\t  "kfuncs which will be used in BPF programs");'
)
_ASKED = {  # the flags of which releases differ, by their keys in a profile
    "trusted_flag": "KF_TRUSTED_ARGS",
    "perfmon_flag": "KF_PERFMON",
    "spinlock_flag": "KF_SPINLOCK_SAFE",
    "implicit_flag": "KF_IMPLICIT_ARGS",
}
# every iterator's code, or that of one with a key of specs that says so, spells these
NEEDED = ("KF_ITER_NEW", "KF_ITER_NEXT", "KF_ITER_DESTROY", "KF_RET_NULL")


@lru_cache(maxsize=4)
def derived(root: Path, version: tuple[int, int], answers: Path) -> Derived:
    """What the sources of Linux `version` say when a run first asks, and what the user answered to the rest.

    Raises KiterError A11 for answers that are none.
    """
    found = derive(root, version)
    given = _answered(answers, found.base)
    if not given:
        return found
    messages = {**found.profile.messages, **given.pop("messages", {})}
    told = {*given, *(f"messages.{key}" for key in messages)}
    unread = tuple(key for key in found.profile.unread if key not in told)
    return replace(found, profile=replace(found.profile, **given, messages=messages, unread=unread))


def _answered(file: Path, base: Profile) -> dict[str, Any]:
    """The keys of a profile in a file, none where there is no file."""
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal([finding("A11", str(file), f"{CODES['A11'].title}: {error}")], ENVIRONMENT) from error
    wrong = [key for key, value in given.items() if not isinstance(value, type(getattr(base, key, None)))]
    words = {} if wrong else given.get("messages", {})
    wrong += [
        f"messages.{key}" for key in words if key not in base.messages or not isinstance(words[key], str)
    ]
    if wrong:
        message = f"{CODES['A11'].title}: {', '.join(wrong)}"
        raise refusal([finding("A11", str(file), message)], ENVIRONMENT)
    return given


def unknown(found: Derived, root: Path) -> Iterator[Diagnostic]:
    """A warning about what could not be read."""
    if found.profile.unread:
        names = ", ".join(found.profile.unread)
        message = f"{CODES['A10'].title}: {names}; as in Linux {found.base.release}"
        yield replace(finding("A10", str(root), message), severity="warning")


@value_class
class Fact:
    """One fact of a profile: its key, what was read, and where; nothing was read where there is no place."""

    key: str
    value: object
    place: str


@value_class
class Derived:
    """A profile with the facts that it was made of; the rest of them is that of the nearest release."""

    profile: Profile
    base: Profile
    facts: tuple[Fact, ...]

    @property
    def differing(self) -> tuple[Fact, ...]:
        """What is not as in the nearest profile."""
        return tuple(f for f in self.facts if f.place and f.value != getattr(self.base, f.key, f.value))


def derive(root: Path, version: tuple[int, int], base: Profile | None = None) -> Derived:
    """What the sources of Linux `version` say; the rest is as in `base`, else the nearest profile.

    A part of the sources of a release that has a profile lacks files that say nothing new.
    """
    base, release = base or nearest(spelled(version)), spelled(version)
    cache, texts = Cache(), Texts(root)
    found = _Reader(texts, surveyed(root, cache), base, cache).read()
    facts = tuple(_settled(fact, base) for fact in found)
    excused = base.release == release and not texts.whole
    read: dict[str, Any] = {fact.key: fact.value for fact in facts if fact.place}
    unread = sorted(f.key for f in facts if not f.place and not (excused and f.value is None))
    # what a filter admits is for a reader of its function, and may be another thing in another release
    admits = base.admits if base.release == release else {}
    made = replace(base, release=release, unread=tuple(unread), admits=admits, **read)
    return Derived(replace(made, verified=base.verified and made == base), base, facts)


def _settled(fact: Fact, base: Profile) -> Fact:
    """In the order of the nearest profile what is the same but for its order."""
    theirs = getattr(base, fact.key, None)
    same = isinstance(fact.value, list) and isinstance(theirs, list) and sorted(fact.value) == sorted(theirs)
    return replace(fact, value=theirs) if same else fact


_Found = tuple[object, Place] | None


class _Reader:
    """A tree in which facts are looked for."""

    def __init__(self, texts: Texts, found: Survey, base: Profile, cache: Cache) -> None:
        self._texts, self._survey, self._base, self._cache = texts, found, base, cache
        self._registered: Registrations = registrations.of(texts, found)

    def read(self) -> Iterator[Fact]:
        """Every fact; those without a place were not found, with None where the file is not there at all."""
        readers: Mapping[str, Callable[[], _Found]] = {
            "kfuncs_open": lambda: self._kfuncs_edge("start", _DIAG),
            "kfuncs_close": lambda: self._kfuncs_edge("end", "__diag_pop();"),
            "set_open": lambda: self._set_edge("START"),
            "set_close": lambda: self._set_edge("END"),
            **{key: lambda flag=flag: self._asked(flag) for key, flag in _ASKED.items()},  # type: ignore[misc] # mypy cannot infer the type of a lambda with a default
            "kfunc_flags": self._flags,
            "allocator": self._allocator,
            "import_space": self._import_space,
            "common_file": lambda: self._common(0),
            "common_set": lambda: self._common(1),
            "sets": self._sets,
            "filtered": self._filtered,
            "guarded": self._guarded,
        }
        for key, reader in readers.items():
            yield _fact(key, reader())
        yield from self._of_bpf()
        yield from (Fact(f"flag {name}", name, "") for name in self._strange())

    # --- include/linux -------------------------------------------------------------------------------

    def _kfuncs_edge(self, edge: str, before: str) -> _Found:
        macro = f"__bpf_kfunc_{edge}_defs"
        if found := self._texts.find(BTF_H, rf"^#define {macro}\(\)"):
            return f"{macro}();", found
        return (before, found) if (found := self._texts.find(BTF_H, r"^#define __bpf_kfunc\b")) else None

    def _set_edge(self, edge: str) -> _Found:
        for macro in (f"BTF_KFUNCS_{edge}", f"BTF_SET8_{edge}"):
            if found := self._texts.find(IDS_H, rf"^#define {macro}\("):
                return f"{macro}({{set}})", found
        return None

    def _asked(self, flag: str) -> _Found:
        found = self._texts.find(BTF_H, rf"^#define {flag}\b")
        any_flag = self._texts.find(BTF_H, _FLAG.pattern)
        return (flag, found) if found else ("", any_flag) if any_flag else None

    def _flags(self) -> _Found:
        place = self._texts.find(BTF_H, _FLAG.pattern)
        return (_FLAG.findall(self._texts.text(BTF_H)), place) if place else None

    def _strange(self) -> Iterator[str]:
        """Flags that no profile knows, and those that are gone though every kernel has them."""
        there = _FLAG.findall(self._texts.text(BTF_H))
        known = {flag for release in releases() for flag in profile(release).kfunc_flags}
        always = set.intersection(*({*profile(release).kfunc_flags} for release in releases()))
        if there:
            yield from (flag for flag in there if flag not in known)
            yield from sorted(always - {*there})

    def _allocator(self) -> _Found:
        """What checkpatch.pl asks for."""
        if asked := self._texts.find(CHECKPATCH, r"\bkmalloc_obj\b"):
            return "kmalloc_obj", asked
        return ("kmalloc", found) if (found := self._texts.find(CHECKPATCH, r"kmalloc")) else None

    def _import_space(self) -> _Found:
        if not (found := self._texts.find(MODULE_H, r"^#define MODULE_IMPORT_NS\(ns\)")):
            return None
        text = self._texts.line(found)
        spaced = "{space}" if "__stringify" in text else '"{space}"'
        return f"MODULE_IMPORT_NS({spaced});", found

    # --- registrations -------------------------------------------------------------------------------

    def _common(self, which: int) -> _Found:
        """The file and the name of the set that all programs get, and that has the iterator of numbers."""
        found = self._registered.holding(EVERYWHERE)
        if found is None:
            return None
        return (found.place.file, found.name)[which], found.place

    def _sets(self) -> _Found:
        """As registered; sets of files that are not among these sources are those of the nearest profile."""
        types, place = self._registered.types, self._registered.place
        if place is None:
            return None
        return ({**self._left(self._base.sets), **types}, place)

    def _left(self, sets: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
        return {} if self._texts.whole else {name: sets[name] for name in sets}

    def _filtered(self) -> _Found:
        place = self._registered.place
        if place is None:
            return None
        of_others = [s for s in self._base.filtered if s not in self._registered.types]
        return sorted({*self._registered.filtered, *([] if self._texts.whole else of_others)}), place

    def _guarded(self) -> _Found:
        """The files of iterators that are built with an option only."""
        homes = registrations.homes(self._texts, self._survey)
        found = {path: option_of(self._texts, path) for path in homes}
        place = next((self._texts.find(path, "__bpf_kfunc") for path in found), None)
        options = {path: option for path, option in found.items() if option}
        untold = (path for path in self._base.guarded if found.get(path) is None)
        others = {path: self._base.guarded[path] for path in untold if self._texts.is_there(path)}
        return ({**others, **options}, place) if place else None

    # --- kernel/bpf ----------------------------------------------------------------------------------

    def _of_bpf(self) -> Iterator[Fact]:
        file = verifier_words.home(self._texts, self._base.verifier)
        yield _fact("verifier", (file.file, file) if file else None)
        words = verifier_words.Words(self._texts, file.file if file else "")
        yield _fact("nullable_suffix", words.nullable(self._base.nullable_suffix))
        yield _fact("inlined", words.inlined())
        yield _fact("sleepable", words.sleepable())
        yield _fact("hooks", words.hooks())
        said = words.messages(self._base, self._cache) if file else {}
        if file:
            yield Fact("messages", {**self._base.messages, **said}, str(file))
        untold = "" if file else None  # the words are others, or the file is not there
        yield from (Fact(f"messages.{key}", untold, "") for key in self._base.messages if key not in said)
        yield from self._folders()

    def _folders(self) -> Iterator[Fact]:
        """Where the rest of an iterator goes: as before, if it is there."""
        for key in ("experimental", "selftests", "docs"):
            path = getattr(self._base, key)
            yield Fact(key, path, path if self._texts.is_there(path) else "")
        yield _fact("selected", self._selected())

    def _selected(self) -> _Found:
        """Those of the nearest profile that still have no prompt."""
        prompts = {option: self._texts.prompt(option) for option in self._base.selected}
        place = next((place for place, _ in filter(None, prompts.values())), None)
        kept = [option for option, one in prompts.items() if one is None or not one[1]]
        return (kept, place) if place else None


def _fact(key: str, found: _Found) -> Fact:
    return Fact(key, found[0], str(found[1])) if found else Fact(key, None, "")


def toml(facts: Iterable[Fact]) -> Iterator[str]:
    """Facts as lines of a profile, each with its place."""
    for fact in facts:
        if fact.place:
            yield from _lines(fact)


def _lines(fact: Fact) -> Iterator[str]:
    if isinstance(fact.value, dict):
        yield f"[{fact.key}]  # {fact.place}"
        yield from (f"{_spelled(key)} = {_spelled(value)}" for key, value in fact.value.items())
    else:
        yield f"{fact.key} = {_spelled(fact.value)}  # {fact.place}"


def _spelled(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_spelled, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
