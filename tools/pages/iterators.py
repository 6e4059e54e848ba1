# SPDX-License-Identifier: GPL-2.0-only
"""docs/iterators.md: the iterators of Linux as specs, in numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiter import frontend, resources
from kiter.generate import generate
from kiter.output import TESTS, Kind, Rendered
from kiter.spec.model import Spec
from kiter.spec.release import spelled
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Raw
from kiter.target.profile import Profile, profile, releases

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from specs/ and what they generate. -->
# The iterators of Linux, as specs

Every open-coded iterator of Linux 7.3 is a spec in [specs/](../specs). Lines are counted without
blank ones and comments; *raw C* are those of statements: helpers, raw walks and what companions
do. Everything else that is C in a spec is an expression. What is emitted is counted for the newest
target that has the iterator: the kernel's code with registration and declarations, and the
selftests.

"""
RAW = """
## Where raw C is needed

A helper is a C function with parameters and a type of its own: it reads what it takes and gives
what it says, so the linter sees what goes in and what comes out.

"""
BOTH = """
## Both forms

What [`iter`](both-forms.md) asks for, beside what Linux has as hand-written code: all of its file in
Linux 7.3, such as kernel/bpf/dmabuf_iter.c, without blank lines and comments. What is generated is
counted with its comments, registration and declarations.

| iterator | spec | hand-written, both forms | generated: bpf_for_each() | generated: SEC("iter/...") |
|---|---|---|---|---|
"""
BY_HAND = {"dmabuf": 135, "kmem_cache": 173}  # lines that are left of it behind a removal of comments
KERNEL = {
    Kind.KFUNCS,
    Kind.BTF_IDS,
    Kind.TARGET,
    Kind.STRUCT,
    Kind.DECLARATIONS,
    Kind.MAKEFILE,
    Kind.VERIFIER,
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines: of the spec, of raw C in it, of the kernel's code and of the selftests that come out."""

    spec: int
    raw: int
    kernel: int
    tests: int


def page() -> str:
    """The whole page."""
    made = [*_newest()]
    rows = [(it, counts(it, rendered)) for it, rendered in made]
    return "".join([HEAD, *_table(rows), BOTH, *_both(made), RAW, *_slots(it for it, _ in rows)])


def _newest() -> Iterator[tuple[Spec, Rendered]]:
    """Each iterator for the newest target that has it."""
    targets = [profile(release) for release in releases()]
    for path in sorted(resources.specs().glob("*.yaml")):
        found = [made for target in reversed(targets) if (made := _made(path, target)) is not None]
        yield found[0]


def _made(path: Path, target: Profile) -> tuple[Spec, Rendered] | None:
    its = frontend.read([path], target, named=()).iterators
    return (its[0], generate(its[0], target)) if its else None


def counts(it: Spec, rendered: Rendered) -> Counts:
    """The numbers of one iterator."""
    return Counts(
        spec=sum(1 for line in it.node.document.lines if _counts(line, "#")),
        raw=sum(raw_lines(snippet) for _, snippet in slots(it)),
        kernel=_lines(rendered, KERNEL),
        tests=_lines(rendered, TESTS),
    )


def slots(it: Spec) -> Iterator[tuple[str, Snippet]]:
    """The raw slots of an iterator, by name."""
    for helper in it.helpers:
        yield helper.name, helper.body
    for companion in it.companions:
        if companion.do is not None:
            yield companion.name, companion.do
    for case in it.cases:
        for walk in case.walks:
            if isinstance(walk, Raw):
                yield f"walk {case.flag}".strip(), walk.next


def raw_lines(snippet: Snippet) -> int:
    """The lines of C in a slot that are not blank."""
    return sum(1 for line in snippet.text.splitlines() if line.strip())


def _lines(rendered: Rendered, kinds: Container[Kind]) -> int:
    texts = (output.text for output in rendered.outputs if output.kind in kinds)
    return sum(1 for text in texts for line in text.splitlines() if line.strip())


def _counts(line: str, comment: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith(comment)


def _table(rows: Iterable[tuple[Spec, Counts]]) -> Iterator[str]:
    yield "| iterator | since | spec | of that raw C | kernel code | selftests |\n|---|---|---|---|---|---|\n"
    for it, n in rows:
        link = f"[{it.name}](../specs/{it.name}.yaml)"
        yield f"| {link} | {spelled(it.since)} | {n.spec} | {n.raw} | {n.kernel} | {n.tests} |\n"


def _both(made: Iterable[tuple[Spec, Rendered]]) -> Iterator[str]:
    for it, rendered in made:
        if it.name in BY_HAND:
            form = _lines(rendered, {Kind.TARGET})
            n = counts(it, rendered)
            yield f"| {it.name} | {n.spec} | {BY_HAND[it.name]} | {n.kernel - form} | {form} |\n"


def _slots(its: Iterable[Spec]) -> Iterator[str]:
    yield "| iterator | helper | takes | gives | why |\n|---|---|---|---|---|\n"
    for it in its:
        for helper in it.helpers:
            takes = ", ".join(f"`{name}`" for name, _ in helper.takes)
            yield f"| {it.name} | `{helper.name}` | {takes} | `{helper.gives}` | {helper.doc} |\n"
