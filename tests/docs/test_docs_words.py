# SPDX-License-Identifier: GPL-2.0-only
"""What is emitted speaks as the kernel's documentation does: phrases that are gone do not come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

OUT = Path(__file__).parents[2] / "out"
# in the order of the alphabet, in lower case, with what is said instead
GONE = {
    "as it was at the time of the call": "a copy made by the call",
    "beside that": "in addition",
    "every element is a": "each element has the type",
    "from then on always": "keeps returning NULL",
    "give up what": "release what",
    "gives it up again": "releases it",
    "gives up what": "releases what",
    "is none of these values": "is not one of these values",
    "it always does": "it keeps returning NULL",
    "may come twice": "may be visited twice",
    "programs that may sleep": "sleepable programs",
    "return: nothing": "nothing: kernel-doc does not ask a void function",
    "around the ring": "the list, for that is what the kernel calls it",
    "stays forever": "is never freed",
    "the rcu critical section": "the RCU read-side critical section",
    "there is no memory": "memory allocation fails",
}
WRONG_ARTICLE = re.compile(r"\ba ``?(?:int|unsigned|enum|iter)\b|\ban ``?(?:struct|u(?:8|16|32|64))\b")


def emitted() -> list[Path]:
    return [path for path in sorted(OUT.rglob("*")) if path.suffix in {".c", ".h", ".rst"}]


def text(path: Path) -> str:
    """The words of a file, whatever its lines and the stars of its comments."""
    return re.sub(r"[\s*]+", " ", path.read_text("utf-8")).lower()


@pytest.mark.parametrize("phrase", GONE)
def test_phrases_that_are_gone_do_not_come_back(phrase):
    assert [str(path) for path in emitted() if phrase in text(path)] == [], f"say: {GONE[phrase]}"


def test_articles_fit_what_follows():
    assert [str(path) for path in emitted() if WRONG_ARTICLE.search(text(path))] == []
