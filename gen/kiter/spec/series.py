# SPDX-License-Identifier: GPL-2.0-only
"""What a patch series says that no other part of the spec does."""

from __future__ import annotations

import re

from kiter.spec.node import Node
from kiter.value_class import value_class

USUAL_PREFIX = "PATCH bpf-next"


@value_class
class Series:
    """What the spec's author says for the mails.

    motivation: paragraphs
    subject: that of the cover letter, "" for the usual one
    prefix: what stands in brackets before each subject
    beside: paragraphs, why there should be another iterator over the same element
    """

    motivation: tuple[str, ...]
    subject: str
    prefix: str
    beside: tuple[str, ...]

    @classmethod
    def under(cls, root: Node) -> Series:
        """From the optional `series` of a spec."""
        node = root.get("series")
        if node is None:
            return cls((), "", USUAL_PREFIX, ())
        return cls(
            paragraphs(node.text("motivation")),
            node.text("subject"),
            node.text("prefix") or USUAL_PREFIX,
            paragraphs(node.text("beside")),
        )


def paragraphs(text: str) -> tuple[str, ...]:
    """The text a paragraph at a time, each in one line."""
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())
