# SPDX-License-Identifier: GPL-2.0-only
"""What differs between kernels, as data: one TOML file per release beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from kiter.errors import environment
from kiter.spec.release import Release, parse_release
from kiter.value_class import value_class

HERE = Path(__file__).parent
DEFAULT = "6.12"


@value_class
class Profile:
    """One kernel release as the generator sees it; the TOML files say where each fact was read.

    A flag that the release does not have is "".
    """

    release: str  # such as "6.12"
    verified: bool  # compiled and run against
    kfuncs_open: str  # what stands before kfuncs, so that compilers do not ask for a prototype
    kfuncs_close: str  # what stands after them
    set_open: str  # what begins the set {set} of ids
    set_close: str  # what ends it
    trusted_flag: str  # of a kfunc that takes trusted pointers only
    perfmon_flag: str  # of one that wants CAP_PERFMON
    spinlock_flag: str  # of one that may be called with a bpf_spin_lock held
    implicit_flag: str  # of one with arguments that the verifier supplies
    kfunc_flags: Sequence[str]  # every flag that a kfunc can have
    nullable_suffix: str  # of the name of an argument that may be NULL
    allocator: str  # the partial of templates/kernel/memory/ for functions that may sleep
    import_space: str  # how a module imports the namespace {space} of symbols
    selected: Sequence[str]  # options that a configuration cannot ask for
    inlined: Sequence[str]  # the iterators whose calls the verifier replaces by instructions
    common_file: str  # the file with the common set
    common_set: str  # the set that every type of program sees
    verifier: str  # the verifier's file
    declaring: Sequence[str]  # the headers that declare kfuncs to BPF programs, whoever writes these
    experimental: str  # the header that declares kfuncs to BPF programs
    selftests: str  # the folder of BPF selftests
    docs: str  # the folder of BPF documentation
    sleepable: Sequence[str]  # the types whose programs may sleep
    filtered: Sequence[str]  # the sets that refuse some programs of their types all the same
    admits: Mapping[str, str]  # what their filters let in, where that is a kind of program
    guarded: Mapping[str, str]  # files that the Makefile builds only with an option, and the option
    sets: Mapping[str, Sequence[str]]  # the types of programs that each set is registered for
    hooks: Mapping[str, Sequence[str]]  # the types that share what they get
    messages: Mapping[str, str]  # the verifier's words for what it rejects
    unread: Sequence[str] = ()  # the facts that the sources it was derived from do not show

    @property
    def markers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lines before kfuncs, and those after them."""
        return tuple(self.kfuncs_open.splitlines()), tuple(self.kfuncs_close.splitlines())

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
