# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of the enumerators that an iterator defines."""

from __future__ import annotations

from kiter.spec.argument import Argument


def numbers(argument: Argument) -> dict[str, int]:
    """What C makes of each flag that the argument defines, in their order; nothing for other arguments.

    One without a value is its predecessor's and one; a bit is the one above that before.
    """
    found: dict[str, int] = {}
    following = 0
    for value in (flag for flag in argument.values if flag in argument.defined):
        found[value.flag] = number(value.value) if value.value else following
        following = found[value.flag] + 1
    following = 1
    for bit in (flag for flag in argument.bits if flag in argument.defined):
        found[bit.flag] = number(bit.value) if bit.value else following
        following = 2 * found[bit.flag]
    return found


def number(text: str) -> int:
    """A value as the schema has it: a whole number, or BIT(n)."""
    return 1 << int(text[4:-1]) if text.startswith("BIT(") else int(text)
