# SPDX-License-Identifier: GPL-2.0-only
"""Kernel releases, and ranges of them."""

from __future__ import annotations

from kiter.regex import regex
from kiter.value_class import value_class

Release = tuple[int, int]
OLDEST: Release = (0, 0)
NEWEST: Release = (9999, 0)
_NUMBERS = regex(r"(\d+)\.(\d+)(?:\.(\d+))?")


def parse_release(text: str) -> Release:
    """`6.12` or `6.12.117-anything` as (6, 12); raises ValueError for anything else."""
    major, minor, *_ = text.split("-", maxsplit=1)[0].split("+", maxsplit=1)[0].split(".")
    return int(major), int(minor)


def numbers(release: str) -> tuple[int, int, int]:
    """What a kernel calls itself as numbers to compare by: 6.12.117-anything as (6, 12, 117).

    A number that it does not have is 0.
    """
    found = _NUMBERS.match(release)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (0, 0, 0)


def spelled(release: Release) -> str:
    """`6.12`, and "" for the release of what no release has yet."""
    return "" if release == OLDEST else "{}.{}".format(*release)


@value_class
class Range:
    """Kernels from `first` to `last`, both included."""

    first: Release = OLDEST
    last: Release = NEWEST

    def __contains__(self, release: Release) -> bool:
        return self.first <= release <= self.last

    @classmethod
    def parse(cls, text: str) -> Range:
        """`6.7-6.11`, `-6.11` or `6.12-`, as the schema allows them."""
        first, _, last = text.partition("-")
        return cls(parse_release(first) if first else OLDEST, parse_release(last) if last else NEWEST)
