# SPDX-License-Identifier: GPL-2.0-only
"""What the sources of the verifier say: messages, what it inlines, which programs sleep or share kfuncs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.regex import regex
from kiter.target.profile import Profile, profile, releases
from kiter.tree.texts import Place, Texts

BTF_C = "kernel/bpf/btf.c"
_KNOWS = r"^(?:static )?int process_iter_arg\("
_STRING = regex(r'"((?:[^"\\\n]|\\.)*)"')
_CONVERSION = regex(r"(%[-\d.*l#+]*[a-zA-Z])")
_TYPE = regex(r"\bBPF_PROG_TYPE_(\w+)")
_ITERATOR = regex(r"BTF_ID\(func, bpf_iter_(\w+)_(new|next|destroy)\)")
_TRIO = ("new", "next", "destroy")
_NUMBER, _WORD = "%d", "%s"
# how much of a message a format must say itself: the rest is names and numbers
LEAST = 0.4


def home(texts: Texts, before: str) -> Place | None:
    """The file of the verifier that knows iterators: the one of before, else any of its folder."""
    folder = (texts.root / before).parent
    others = (file.relative_to(texts.root).as_posix() for file in sorted(folder.rglob("*.c")))
    return next((place for path in (before, *others) if (place := texts.find(path, _KNOWS))), None)


class Words:
    """The verifier of a tree."""

    def __init__(self, texts: Texts, file: str) -> None:
        self._texts, self._file = texts, file

    def nullable(self, suffix: str) -> tuple[object, Place] | None:
        """The suffix of an argument that may be NULL, as before if it is known."""
        found = self._texts.find(self._file, rf'"{suffix}"')
        return (suffix, found) if found else None

    def inlined(self) -> tuple[object, Place] | None:
        """The iterators of which the verifier knows all three kfuncs."""
        place = self._texts.find(self._file, r"^BTF_ID_LIST\(special_kfunc_list\)")
        known: dict[str, set[str]] = {}
        for name, what in _ITERATOR.findall(self._texts.text(self._file)):
            known.setdefault(name, set()).add(what)
        whole = [name for name, whats in known.items() if whats == {*_TRIO}]
        return (whole, place) if place else None

    def sleepable(self) -> tuple[object, Place] | None:
        """The types whose programs may sleep: can_be_sleepable(), and those of syscalls."""
        found = self._function(self._file, "can_be_sleepable")
        if found is None:
            return None
        text, place = found
        return [*_with_iter(text, dict.fromkeys(_TYPE.findall(text)), "BPF_TRACE_ITER"), "syscall"], place

    def hooks(self) -> tuple[object, Place] | None:
        """The types that share what is registered for one of them: bpf_prog_type_to_kfunc_hook()."""
        found = self._function(BTF_C, "bpf_prog_type_to_kfunc_hook")
        if found is None:
            return None
        cases = re.findall(r"((?:\s*case BPF_PROG_TYPE_\w+:)+)\s*return BTF_KFUNC_HOOK_(\w+);", found[0])
        rows = {hook.lower(): _with_iter("", _TYPE.findall(labels), "") for labels, hook in cases}
        return {hook: kinds for hook, kinds in rows.items() if hook != "common"}, found[1]

    def _function(self, path: str, name: str) -> tuple[str, Place] | None:
        found = re.search(rf"^[^\n;]*\b{name}\([^;{{]*\)\n\{{\n.*?^\}}", self._texts.text(path), re.M | re.S)
        return (found[0], self._texts.place(path, found.start())) if found else None

    # --- messages --------------------------------------------------------------------------------

    @cached_property
    def _formats(self) -> Sequence[str]:
        return sorted({*_STRING.findall(self._texts.text(self._file))})

    def messages(self, base: Profile, cache: Cache) -> Mapping[str, str]:
        """What the verifier says of each mistake, as far as it says it in the words of a profile.

        Of several words that are there those of the newest release count.
        """
        every = [*(profile(release) for release in reversed(releases())), base]
        words = {key: list(dict.fromkeys(one.messages[key] for one in every)) for key in base.messages}
        key = key_of("words", code_of(__name__), self._texts.text(self._file), json.dumps(words))
        if not (known := cache.load("words", key)):
            found = {name: one for name, given in words.items() if (one := self._first(given)) is not None}
            cache.store("words", key, found)
            return found
        return {str(name): str(one) for name, one in dict(known.value).items()}  # type: ignore[call-overload] # it is what was stored

    def _first(self, given: Sequence[str]) -> str | None:
        """The first that is said, "" if none is and a release says nothing of it, else None."""
        return next((one for one in given if one and self._said(one)), "" if "" in given else None)

    def _said(self, message: str) -> bool:
        """Whether it says that, in one string or with another one at its end."""
        printed = _printed(message)
        ends = (form for form in self._formats if " " in form and "%" not in form and printed.endswith(form))
        every = (printed, *(f"{printed.removesuffix(end)}x" for end in ends if end != printed))
        return any(map(self._prints, every))

    def _prints(self, printed: str) -> bool:
        words = [w for w in re.findall(r"[A-Za-z]{4,}", re.sub(r"\w*_\w*", "", printed)) if w != "scalar"]
        near = (form for form in self._formats if all(word in form for word in words[:2]))
        return any(share(printed, form) > LEAST for form in near)


def _with_iter(text: str, types: Iterator[str] | Sequence[str] | dict[str, None], sign: str) -> list[str]:
    """The types as specs spell them; SEC("iter/...") is a program of type tracing."""
    found: list[str] = []
    for kind in (one.lower() for one in types):
        found += [kind, "iter"] if kind == "tracing" and sign in text else [kind]
    return found


def _printed(message: str) -> str:
    """A message as the verifier prints it of an iterator x."""
    programs = "bpf_lsm, bpf_iter and sleepable"
    plain = re.sub(r"\{\{(.*)\}\}", r"\1", message.format(it="x", n=1, r=2, programs=programs))
    return plain.replace("[0-9]", "0")


def _tokens(form: str) -> Iterator[str]:
    """The characters of a format, and what stands for a number or a word in it."""
    for part in _CONVERSION.split(form):
        yield from [_WORD if part[-1] in "sp" else _NUMBER] if part[:1] == "%" else part


def share(message: str, form: str) -> float:
    """How much of a message a format itself says, if it is a part of what the format prints; else 0."""
    tokens = list(_tokens(form))
    best = [0.0] * (len(tokens) + 1)
    for char in message:
        after = [float("-inf")] * len(best)
        for at, token in enumerate(tokens):
            if token in (_NUMBER, _WORD):
                if not (char.isdigit() if token == _NUMBER else not char.isspace()):
                    continue
                after[at] = max(after[at], best[at])
                after[at + 1] = max(after[at + 1], after[at])
            elif token == char:
                after[at + 1] = max(after[at + 1], best[at] + 1)
        best = after
    return max(0.0, *best) / max(1, len(message))
