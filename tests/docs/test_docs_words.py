# SPDX-License-Identifier: GPL-2.0-only
"""What is emitted or shown speaks as the kernel's documentation does: phrases that are gone stay away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
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
# the same for what kiter shows of itself: rules with their messages, pages, manual pages
COINED = {
    r"\bby hand\b": "hand-written, manually, open-coded",
    r"\bemitted code\b": "the generated code",
    r"\bfor ever\b": "forever, or what it means: leaks, deadlocks, is ABI",
    r"\bgiv(?:e|es|en|ing) (?:it |them |everything )?back\b": "release, put",
    r"\bis there already\b": "exists already",
    r"\bmend(?:s|ed|ing)?\b": "fix, correct",
    r"\bmay not be had\b|\bcannot be had\b": "may fail, cannot be acquired",
    r"\bstep(?:s|ped) over\b": "skips",
    r"\btak(?:e|es) (?:it|them|this|'\w+') away\b": "remove",
    r"\bused behind\b|\bright behind\b": "after",
    r"\bstill in force\b": "still held",
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


def shown() -> list[Path]:
    """Pages, manual pages, and the rules with their messages; the glossary names the words."""
    pages = {*ROOT.glob("docs/*.md"), *ROOT.glob("docs/man/*"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"}
    rules = {*ROOT.glob("gen/kiter/lint/**/*.py"), *ROOT.glob("gen/kiter/**/codes.py")}
    return sorted((pages | rules) - {ROOT / "docs/glossary.md"})


@pytest.mark.parametrize("phrase", COINED)
def test_what_is_shown_uses_the_words_of_the_field(phrase):
    found = [path.relative_to(ROOT).as_posix() for path in shown() if re.search(phrase, text(path))]
    assert found == [], f"say: {COINED[phrase]}"
