# SPDX-License-Identifier: GPL-2.0-only
"""A bug as data: what is replaced by what in the C that a spec gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from kiter.output import TESTS, Output, Rendered

_INCLUDES = re.compile(r"\A(.*\n)*#include .*\n")
NAME = "@"  # in the texts of a mutant: the iterator's name, which a prototype may have changed


class StaleMutantError(Exception):
    """A mutant does not fit the generated code any more: an error of the table, and no kill."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug.

    spec: below specs/
    kind: of what is wrong, such as "registration"
    slug: how it is called beside the spec
    what: the bug in words
    old: the C that is replaced, "" where a head makes the bug
    new: what replaces it
    count: how often that must happen
    also: further such pairs
    head: what stands in front of the code, behind what it includes
    alone: it has a boot of its own, as it may crash, hang, or touch what other iterators see
    excuse: why no test can tell it from right code, "" if one can
    tests: the bug is one of the selftests, which must not take it for a pass
    sound: it must compile, so that an error of the compiler is one of the mutant and no kill
    """

    spec: str
    kind: str
    slug: str
    what: str
    old: str
    new: str
    count: int = 1
    also: tuple[tuple[str, str], ...] = ()
    alone: bool = False
    excuse: str = ""
    head: str = ""
    tests: bool = False
    sound: bool = False

    @property
    def name(self) -> str:
        """How it is called on the command line."""
        return f"{self.spec.rpartition('/')[2].removesuffix('.yaml')}:{self.slug}"


def mutated(mutant: Mutant, rendered: Rendered, name: str) -> Rendered:
    """What would be built and run if the generator had that bug.

    Raises StaleMutantError if a text is not found as often as the table says.
    """
    if mutant.tests:
        return replace(rendered, outputs=tuple(_mistested(mutant, rendered)))
    unit, types = rendered.material.unit, rendered.material.types
    for old, new, count in _edits(mutant):
        pattern = _pattern(old.replace(NAME, name))
        text = new.replace(NAME, name).replace("\\", r"\\")
        unit, found = pattern.subn(text, unit)
        if found != count:
            raise StaleMutantError(f"{mutant.name}: found {found} times instead of {count}: {old}")
        # vmlinux.h would follow the C
        types = tuple(replace(one, text=pattern.sub(text, one.text)) for one in types)
    if mutant.head:
        unit = _INCLUDES.sub(lambda found: f"{found[0]}{mutant.head}\n", unit, count=1)
    return rendered.using(replace(rendered.material, unit=unit, types=types))


def _mistested(mutant: Mutant, rendered: Rendered) -> Iterator[Output]:
    """The outputs with the bug in those of the selftests; raises StaleMutantError if it does not fit them."""
    pattern, found = _pattern(mutant.old), 0
    for output in rendered.outputs:
        text, here = pattern.subn(mutant.new, output.text) if output.kind in TESTS else ("", 0)
        found += here
        yield Output.new(output.kind, output.path, text) if here else output
    if found != mutant.count:
        raise StaleMutantError(f"{mutant.name}: found {found} times instead of {mutant.count}: {mutant.old}")


def _pattern(old: str) -> re.Pattern[str]:
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
