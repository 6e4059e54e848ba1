# SPDX-License-Identifier: GPL-2.0-only
"""What is to be said, without the words."""

from __future__ import annotations

from kiter.value_class import value_class


@value_class
class Statement:
    """One thing that holds: `name` is the macro that has the words, `about` what it is given."""

    name: str
    about: tuple[str | int | tuple[str, ...] | Statement, ...] = ()
