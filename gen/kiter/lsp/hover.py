# SPDX-License-Identifier: GPL-2.0-only
"""What is shown for a place: the story of a finding, what a key is for, the C that a line becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.codes import every_code
from kiter.errors import Diagnostic, KiterError
from kiter.frontend import modelled
from kiter.generate import generate
from kiter.kernel.locate import occurrences
from kiter.lsp import keys
from kiter.lsp.place import key_at
from kiter.output import Kind, Rendered
from kiter.spec.document import Document
from kiter.target.profile import Profile

_AROUND = 2  # lines of C shown before and after those that a line became


def hover(
    lines: Sequence[str],
    line: int,
    column: int,
    *,
    found: Sequence[Diagnostic],
    document: Document | None,
    target: Profile,
) -> str:
    """Markdown for a line and column, counted from 0; "" where nothing is to be said.

    found: the findings of the spec
    document: the spec, where it can be read
    target: the kernel that C is shown for
    """
    parts = [_story(one) for one in found if one.at.line == line + 1]
    trail = key_at(lines, line, column)
    key = keys.key(trail) if trail else None
    if key and key.about:
        parts.append(f"**{key.name}** {key.about}")
    if document and not any(one.severity == "error" for one in found):
        parts += _c(document, line, target)
    return "\n\n---\n\n".join(parts)


def _story(found: Diagnostic) -> str:
    code = every_code().get(found.code)
    name = f" ({code.name})" if code else ""
    told = [f"**{found.code}**{name} {found.message}", found.reason, code.reason if code else ""]
    hint = f"*hint:* {found.hint}" if found.hint else ""
    return "\n\n".join(dict.fromkeys(part for part in (*told, hint) if part))


def _c(document: Document, line: int, target: Profile) -> Iterator[str]:
    """The C that a line of the spec becomes, if it becomes any."""
    rendered = _generated(document, target)
    output = rendered.of(Kind.KFUNCS) if rendered else None
    if rendered and output:
        rows = _rows(rendered, output.text, line + 1)
        text = output.text.splitlines()
        for first, last in rows:
            shown = "\n".join(text[max(0, first - 1 - _AROUND) : last + _AROUND])
            yield f"Linux {target.release}:\n\n```c\n{shown}\n```"


def _generated(document: Document, target: Profile) -> Rendered | None:
    """What comes of a spec without an error; nothing for a kernel that is older than the iterator."""
    try:
        it = modelled(document, target)
    except KiterError:
        return None
    return None if it.younger else generate(it, target)


def _rows(rendered: Rendered, text: str, line: int) -> list[tuple[int, int]]:
    """The first and last lines of C, counted from 1, of what stands on a line of the spec."""
    found: set[tuple[int, int]] = set()
    for one in occurrences(text, rendered.material.snippets):
        places = [one.use.at, *(at for at, _ in one.use.rows[1:])]
        on = [number for number, at in enumerate(places) if at.line == line]
        if on and len(places) > 1:
            found |= {(one.first[0] + number, one.first[0] + number) for number in on}
        elif on:
            found.add((one.first[0], one.last[0]))
    return sorted(found)
