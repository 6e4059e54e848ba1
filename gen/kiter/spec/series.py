# SPDX-License-Identifier: GPL-2.0-only
"""What a patch series says that no other part of the spec does."""

from __future__ import annotations

import re

from kiter.spec.node import Node
from kiter.value_class import value_class

USUAL_PREFIX = "PATCH bpf-next"


@value_class
class Series:
    """`motivation` are paragraphs; `subject` is that of the cover letter, "" for the usual one."""

    motivation: tuple[str, ...]
    subject: str
    prefix: str

    @classmethod
    def under(cls, root: Node) -> Series:
        """From the optional `series` of a spec."""
        node = root.get("series")
        if node is None:
            return cls((), "", USUAL_PREFIX)
        return cls(
            paragraphs(node.text("motivation")), node.text("subject"), node.text("prefix") or USUAL_PREFIX
        )


def paragraphs(text: str) -> tuple[str, ...]:
    """The text a paragraph at a time, each in one line."""
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())
