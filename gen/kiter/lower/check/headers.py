# SPDX-License-Identifier: GPL-2.0-only
"""What stands in front of emitted C when it is compiled to check it, as a kernel with the iterator has it."""

from __future__ import annotations

from pathlib import Path

from kiter.lower.view_class import view_class


@view_class()
class Vmlinux:
    """A vmlinux.h: that of a kernel, and the structs and the enums that this lacks."""

    vmlinux_h: Path
    structs: tuple[str, ...]
    enums: tuple[str, ...]


@view_class()
class Declarations:
    """The declarations of an iterator, from the file `path` of out/; both "" for none."""

    path: str
    text: str


@view_class()
class Extended:
    """A header that programs include by this name, with the file of `declarations` behind it."""

    header: str
    declarations: str


@view_class()
class Headers:
    """Headers that are all there is."""

    includes: tuple[str, ...]


@view_class()
class Undefined:
    """Options that are off."""

    options: tuple[str, ...]
