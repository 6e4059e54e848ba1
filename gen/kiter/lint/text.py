# SPDX-License-Identifier: GPL-2.0-only
"""K15, K16: words that go into the C as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import ERRNOS
from kiter.names import near, only
from kiter.spec.rewrite import renamed


@rule(
    "K15",
    "unknown-errno",
    "an unknown errno",
    "new() returns one of the kernel's error numbers",
    kernel="include/uapi/asm-generic/errno-base.h and errno.h",
    hint="use an existing one, such as EINVAL",
    fixable=True,
)
def unknown_errno(s: Subject) -> Iterator[Hit]:
    for node in s.failing:
        for errno, item in node.items():
            if errno not in ERRNOS:
                right = only(errno, ERRNOS - set(node.value))
                edit = renamed(item.document, item.path, right) if right else None
                yield Hit(item.key_at, f"there is no errno '{errno}'", _meant(errno), edit)


def _meant(errno: str) -> str:
    """What was probably meant; all errnos would be too many to name."""
    hint = near(errno, sorted(ERRNOS))
    return hint if hint.startswith("did") else ""


@rule(
    "K16",
    "comment-terminator",
    "a text that ends its comment",
    "texts become C comments, and this ends one",
    hint="write it without '*/'",
)
def comment_end(s: Subject) -> Iterator[Hit]:
    for node, text in s.prose:
        if "*/" in text:
            yield Hit(node.at, "'*/' in a text that becomes a comment")
