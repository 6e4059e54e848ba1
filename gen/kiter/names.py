# SPDX-License-Identifier: GPL-2.0-only
"""Names that are nearly right: which was meant."""

from __future__ import annotations

from collections.abc import Iterable

SURELY = 0.75  # how alike, as difflib counts it, a name must be to the one that was meant
_LONGEST = 64


def only(name: str, known: Iterable[str]) -> str:
    """The one name that was clearly meant, or "" where there is a choice."""
    import difflib  # noqa: PLC0415 - wanted only for an error

    found = difflib.get_close_matches(name[:_LONGEST], sorted(set(known)), n=2, cutoff=SURELY)
    return found[0] if len(found) == 1 else ""


def near(name: str, known: Iterable[str]) -> str:
    """A hint that names what was probably meant, or all there is; "" when there is nothing."""
    import difflib  # noqa: PLC0415 - wanted only for an error

    names = list(known)
    if found := difflib.get_close_matches(name, names, n=1):
        return f"did you mean '{found[0]}'?"
    return f"there is {', '.join(names)}" if names else ""
