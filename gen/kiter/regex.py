# SPDX-License-Identifier: GPL-2.0-only
"""Regular expressions of modules, each compiled when it is first asked: a run asks a third of them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What re.compile() gives, for a constant of a module; Python's own functions do not take it."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))


class _Late:
    """Has the methods of the compiled expression once they were asked for."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever re.Pattern has
        text, flags = self._given
        found = getattr(re.compile(text, flags), name)
        setattr(self, name, found)
        return found
