# SPDX-License-Identifier: GPL-2.0-only
"""L10 to L12: findings that an author has looked at and wants to keep quiet, each with a reason.

A comment `# kiter: allow sleeping-snippet, the mutex is a spinlock here`, with the name of a rule or
its code, on the line of the finding, or on a line
of its own above it. What cannot be generated, or would not be right whatever the reason, cannot be
silenced: a rule must be a warning, or one that goes by names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.errors import Diagnostic, Edit, Position
from kiter.lint.rule import NAMED, Hit
from kiter.lint.subject import Subject, subject
from kiter.lint.tables import RUN, SPEC, rule
from kiter.regex import regex
from kiter.spec.document import Document
from kiter.spec.resolve import resolve
from kiter.spec.rewrite import following
from kiter.target.profile import verified
from kiter.value_class import value_class

COMMENT = regex(
    r"#\s*kiter: allow\b\s*(?P<rule>[A-Z]\d\d\b|[a-z0-9]+(?:-[a-z0-9]+)+)?[,:]?\s*(?P<reason>[^#]*)"
)
# Errors that go by names or by what a snippet seems to do, so that an author may know better.
BY_NAME = frozenset({"C29", "C30", "C31", "C32", "H05", "H06", "H07", "H23", "H29", "P09", "X07", "K13"})


@value_class(eq=False)
class Silence:
    """One comment: where it stands, and the line that it is about."""

    rule: str
    reason: str
    at: Position
    line: int

    @property
    def code(self) -> str:
        """The code of the rule, whether the comment has its code or its name."""
        return NAMED.get(self.rule, self.rule)

    @property
    def valid(self) -> bool:
        """Whether the rule may be silenced at all."""
        found = SPEC.rules.get(self.code)
        return found is not None and (found.severity != "error" or self.code in BY_NAME)


def silences(document: Document) -> list[Silence]:
    """Every such comment of a spec."""
    if "kiter: allow" not in document.text:
        return []
    found = []
    for number, line in enumerate(document.lines, 1):
        if (comment := COMMENT.search(line)) is not None:
            alone = not line[: comment.start()].strip()
            at = Position(document.name, number, comment.start() + 1)
            found.append(Silence(comment["rule"] or "", comment["reason"].strip(), at, number + alone))
    return found


def heard(document: Document, found: Iterable[Diagnostic]) -> set[Diagnostic]:
    """The findings without those that are silenced."""
    quiet = {(s.code, s.line) for s in silences(document) if s.valid and s.reason}
    return {d for d in found if (d.code, d.at.line) not in quiet}


@rule(
    "L10",
    "allow-without-reason",
    "an 'allow' without a reason",
    "the next reader cannot tell whether it still applies",
    hint="write why: # kiter: allow C30, the function does not sleep with this flag",
)
def unexplained(s: Subject) -> Iterator[Hit]:
    for silence in silences(s.it.node.document):
        if not silence.reason:
            yield Hit(silence.at, f"'{silence.rule}' is allowed without a reason")


@rule(
    "L11",
    "unused-allow",
    "an unused 'allow'",
    "it would hide the next finding, which nobody has reviewed",
    hint="remove the comment",
    fixable=True,
)
def unneeded(s: Subject) -> Iterator[Hit]:
    for silence in silences(s.it.node.document):
        asked = SPEC.rules.get(silence.code)
        if not silence.valid or asked is None:
            continue
        if not any(silence.line == hit.at.line for one in _kernels(s) for hit in asked.check(one)):
            edit = following(_taken_away(s, silence))
            yield Hit(silence.at, f"'{silence.rule}' finds nothing there", edit=edit)


def _kernels(s: Subject) -> Iterator[Subject]:
    """The iterator for this kernel, then for the others: a comment holds for all of them."""
    yield s
    document = s.it.node.document
    others = (p for p in verified() if p.number != s.profile.number)
    yield from (subject(resolve(document, p.number), p) for p in others)


def _taken_away(s: Subject, silence: Silence) -> Edit | None:
    """Without the comment, and without its line where it stands alone; another comment behind it stays."""
    at, lines = silence.at, s.it.node.document.lines
    line = lines[at.line - 1]
    found = COMMENT.match(line, at.column - 1)
    rest = line[found.end() :] if found else ""
    before = line[: at.column - 1]
    if not rest and not before.strip() and at.line < len(lines):
        return Edit(Position(at.file, at.line, 1), Position(at.file, at.line + 1, 1), "")
    first = at.column if rest else len(before.rstrip()) + 1
    return Edit(Position(at.file, at.line, first), Position(at.file, at.line, len(line) - len(rest) + 1), "")


@rule(
    "L12",
    "rule-cannot-be-allowed",
    "a rule that cannot be allowed",
    "the generated code would be wrong, whatever the reason",
    hint="fix what the rule finds; only warnings, and rules that judge by names in a snippet, can be allowed",
)
def unsilenceable(s: Subject) -> Iterator[Hit]:
    for silence in silences(s.it.node.document):
        if not silence.valid:
            known = silence.code in SPEC.rules or silence.code in RUN.rules
            what = f"'{silence.rule}' cannot be allowed" if known else "there is no such rule"
            yield Hit(silence.at, what)
