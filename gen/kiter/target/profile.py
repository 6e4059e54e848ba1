# SPDX-License-Identifier: GPL-2.0-only
"""What differs between kernels, as data: one TOML file per release beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiter.errors import environment
from kiter.spec.release import Release, parse_release

HERE = Path(__file__).parent
DEFAULT = "6.12"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kernel release as the generator sees it; the TOML files say where each fact was read.

    A flag that the release does not have is "". `inlined` are the iterators whose calls the verifier
    replaces by instructions. `sets` are the types of programs that sets of kfuncs are registered for,
    `hooks` the types that share what they get, `filtered` the sets that refuse some all the same.
    """

    release: str
    verified: bool
    kfuncs_open: str
    kfuncs_close: str
    set_open: str
    set_close: str
    trusted_flag: str
    perfmon_flag: str
    spinlock_flag: str
    implicit_flag: str
    nullable_suffix: str
    import_space: str
    inlined: Sequence[str]
    common_file: str
    common_set: str
    makefile: str
    verifier: str
    experimental: str
    selftests: str
    docs: str
    sleepable: Sequence[str]
    filtered: Sequence[str]
    guarded: Mapping[str, str]
    sets: Mapping[str, Sequence[str]]
    hooks: Mapping[str, Sequence[str]]
    messages: Mapping[str, str]

    @property
    def number(self) -> Release:
        """The release as two numbers."""
        return parse_release(self.release)


def releases() -> tuple[str, ...]:
    """The releases that have a profile, oldest first."""
    return tuple(sorted((p.stem for p in HERE.glob("*.toml")), key=parse_release))


@cache
def profile(release: str) -> Profile:
    """The profile of `release` ("6.12"); raises KiterError for one that there is none for."""
    if release not in releases():
        raise environment(
            "E30",
            f"no such target: {release}",
            reason="what differs between kernels is kept in one profile per release",
            hint=f"use one of {', '.join(releases())}",
        )
    return Profile(**tomllib.loads((HERE / f"{release}.toml").read_text(encoding="utf-8")))


def verified() -> tuple[Profile, ...]:
    """The profiles that were compiled and run against, oldest first."""
    return tuple(one for one in map(profile, releases()) if one.verified)


def nearest(release: str) -> Profile:
    """The profile for a kernel: the newest that is not newer than it, else the oldest there is."""
    number = parse_release(release)
    known = releases()
    older = [name for name in known if parse_release(name) <= number]
    return profile(older[-1] if older else known[0])
