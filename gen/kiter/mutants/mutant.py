# SPDX-License-Identifier: GPL-2.0-only
"""A bug as data: what is replaced by what in the C that a spec gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from kiter.csource.source import Source
from kiter.output import TESTS, Output, Rendered
from kiter.regex import regex
from kiter.value_class import value_class

_INCLUDES = regex(r"\A(.*\n)*#include .*\n")
# in the texts of a mutant: the iterator's name, which a prototype may have changed, and as constants have it
NAME, UPPER = "@", "@^"


class StaleMutantError(Exception):
    """A mutant does not fit the emitted code: an error of who made it, and no kill."""


@value_class
class Mutant:
    """One bug."""

    spec: str  # what a laboratory calls the spec, such as its file
    kind: str  # of what is wrong, such as "registration"
    slug: str  # how it is called beside the spec
    what: str  # the bug in words
    old: str  # the C that is replaced, "" where a head makes the bug
    new: str  # what replaces it
    count: int = 1  # how often that must happen
    within: str = ""  # the function that it happens in, and nowhere else; "" for anywhere
    nth: int = 0  # which of the places in that function it is, counted from 1
    also: tuple[tuple[str, str], ...] = ()  # further such pairs
    head: str = ""  # what stands in front of the code, behind what it includes
    alone: bool = False  # it has a boot of its own: it may crash, hang, or touch what other iterators see
    excuse: str = ""  # why no test can tell it from right code, "" if one can
    tests: bool = False  # the bug is one of the selftests, which must not take it for a pass
    sound: bool = False  # it must compile: an error of the compiler is one of the mutant, and no kill

    @property
    def name(self) -> str:
        """How it is called on the command line."""
        return f"{self.spec.rpartition('/')[2].removesuffix('.yaml')}:{self.slug}"


def mutated(mutant: Mutant, rendered: Rendered, name: str) -> Rendered:
    """What would be built and run if the generator had that bug.

    Raises StaleMutantError if a text is not found as often as the mutant says.
    """
    if mutant.tests:
        return replace(rendered, outputs=tuple(_mistested(mutant, rendered)))
    unit, types = rendered.material.unit, rendered.material.types
    if mutant.within:
        unit = _mended_within(mutant, unit, name)
    for old, new, count in () if mutant.within else _edits(mutant):
        pattern = pattern_of(named(old, name))
        text = named(new, name).replace("\\", r"\\")
        unit, found = pattern.subn(text, unit)
        if found != count:
            raise StaleMutantError(f"{mutant.name}: found {found} times instead of {count}: {old}")
        # vmlinux.h would follow the C
        types = tuple(replace(one, text=pattern.sub(text, one.text)) for one in types)
    if mutant.head:
        unit = _INCLUDES.sub(lambda found: f"{found[0]}{mutant.head}\n", unit, count=1)
    return rendered.using(replace(rendered.material, unit=unit, types=types))


def named(code: str, name: str) -> str:
    """The text of a mutant, for an iterator of that name."""
    return code.replace(UPPER, name.upper()).replace(NAME, name)


def nameless(code: str, rendered: Rendered) -> str:
    """The C of an iterator as the text of a mutant, which is one for all names; companions keep theirs."""
    kept = "".join(rf"(?!{kfunc.prototype.name}\b)" for kfunc in rendered.interface.kfuncs[3:])
    lower = re.sub(rf"\b{kept}bpf_iter_{rendered.iterator}(?=_|\b)", f"bpf_iter_{NAME}", code)
    return re.sub(rf"\bBPF_ITER_{rendered.iterator.upper()}_", f"BPF_ITER_{UPPER}_", lower)


def place_in(mutant: Mutant, text: str, name: str) -> tuple[int, int]:
    """Where in a text the bug of one function stands, from the first character to behind the last.

    Raises StaleMutantError if it stands nowhere there.
    """
    function = Source("", text).functions.get(named(mutant.within, name))
    if function is not None:
        body = function.item.whole
        before = len(function.data[: body.start_byte].decode())
        after = len(function.data[: body.end_byte].decode())
        found = list(pattern_of(named(mutant.old, name)).finditer(text, before, after))
        if len(found) >= mutant.nth:
            return found[mutant.nth - 1].span()
    raise StaleMutantError(f"{mutant.name}: not found {mutant.nth} times in {mutant.within}: {mutant.old}")


def _mended_within(mutant: Mutant, unit: str, name: str) -> str:
    first, last = place_in(mutant, unit, name)
    return f"{unit[:first]}{named(mutant.new, name)}{unit[last:]}"


def _mistested(mutant: Mutant, rendered: Rendered) -> Iterator[Output]:
    """The outputs with the bug in those of the selftests; raises StaleMutantError if it does not fit them."""
    pattern, found = pattern_of(mutant.old), 0
    for output in rendered.outputs:
        text, here = pattern.subn(mutant.new, output.text) if output.kind in TESTS else ("", 0)
        found += here
        yield Output.new(output.kind, output.path, text) if here else output
    if found != mutant.count:
        raise StaleMutantError(f"{mutant.name}: found {found} times instead of {mutant.count}: {mutant.old}")


def pattern_of(old: str) -> re.Pattern[str]:
    """The text as C knows it: words and signs, with a line broken wherever the emitter likes."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    text = re.escape(tokens[0])
    for before, after in pairwise(tokens):
        apart = r"\s+" if _is_word(before) and _is_word(after) else r"\s*"
        text += apart + re.escape(after)
    return re.compile(
        (r"(?<!\w)" if _is_word(tokens[0]) else "") + text + (r"(?!\w)" if _is_word(tokens[-1]) else "")
    )


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"


def _edits(mutant: Mutant) -> Iterator[tuple[str, str, int]]:
    if mutant.old:
        yield mutant.old, mutant.new, mutant.count
    for old, new in mutant.also:
        yield old, new, 1
