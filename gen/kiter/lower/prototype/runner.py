# SPDX-License-Identifier: GPL-2.0-only
"""What is compiled beside the programs and tests of a prototype: the runner's table, types for programs."""

from __future__ import annotations

from pathlib import Path

from kiter.lower.view_class import view_class


@view_class()
class Table:
    """The tests that the runner in the guest runs.

    tests: the name of each in reports, and the C function that runs it, in their order
    declared: those of the functions that harness.h does not declare
    """

    tests: tuple[tuple[str, str], ...]
    declared: tuple[str, ...] = ()


@view_class()
class Vmlinux:
    """The vmlinux.h of a kernel that has the iterators.

    vmlinux_h: that of the kernel that is booted
    types: what that lacks
    """

    vmlinux_h: Path
    types: str


@view_class()
class MoreTypes:
    """What follows a vmlinux.h: the types that it lacks."""

    types: str


@view_class()
class Uapi:
    """A header of the kernel's interface, by where it is."""

    file: Path
