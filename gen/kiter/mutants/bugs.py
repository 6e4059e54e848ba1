# SPDX-License-Identifier: GPL-2.0-only
"""The C of bugs that are functions of their own, as templates/mutants/ has it."""

from __future__ import annotations

from typing import ClassVar

from kiter.btf.types import Function
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class


@view_class()
class Around:
    """A kfunc with a bug in front of the right one."""

    template: ClassVar = "mutants/around.c.j2"
    head: str  # how the kfunc begins
    right: Function  # the right one, by another name
    body: Part
    kept: str = ""  # declares what the bug keeps from call to call, "" for nothing
    declared: Function | None = None  # what it calls and stands below it


@view_class()
class Skipped:
    """Every other element is left out."""

    template: ClassVar = "mutants/skipped.c.j2"


@view_class()
class Twice:
    """Each element comes twice; `pos` declares one."""

    template: ClassVar = "mutants/twice.c.j2"
    pos: str


@view_class()
class Late:
    """The first element comes last; `pos` declares one."""

    template: ClassVar = "mutants/late.c.j2"
    pos: str


@view_class()
class Forgets:
    """A destroy() that forgets what next() kept back."""

    template: ClassVar = "mutants/forgets.c.j2"
    head: str


@view_class()
class WrongStart:
    """The walk begins with its second element."""

    template: ClassVar = "mutants/wrong_start.c.j2"
    arguments: str  # those of new()
    next: str


@view_class()
class LostPut:
    """A put that does nothing."""

    template: ClassVar = "mutants/lost_put.c.j2"
    put: str


@view_class()
class DoubledPut:
    """A put that is called twice."""

    template: ClassVar = "mutants/doubled_put.c.j2"
    put: str
