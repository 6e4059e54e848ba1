# SPDX-License-Identifier: GPL-2.0-only
"""The targets of SEC("iter/...") in a C file: DEFINE_BPF_ITER_FUNC(), include/linux/bpf.h."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiter.regex import regex
from kiter.value_class import value_class

_DEFINED = regex(r"^DEFINE_BPF_ITER_FUNC\(\s*(\w+)\s*,([^(){};]*)\)", re.MULTILINE)


@value_class
class IterTarget:
    """One target; `context` is what its programs get behind the meta data, each as C declares it."""

    name: str
    context: tuple[str, ...]


def read(code: str) -> Iterator[IterTarget]:
    """All targets in a text without comments."""
    for found in _DEFINED.finditer(code):
        _, *given = (" ".join(each.split()) for each in found[2].split(","))
        yield IterTarget(found[1], tuple(given))
