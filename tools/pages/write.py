# SPDX-License-Identifier: GPL-2.0-only
"""The pages of docs/ that are made from what the code itself goes by, and what others show of a spec.

Below a comment with its name, a page hand-written shows a spec as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from kiter import resources
from tools.pages import (
    complaints,
    completion,
    differences,
    fixtures,
    found,
    iterators,
    language,
    man,
    reach,
    rules,
    tour,
)

PAGES: dict[str, Callable[[], str]] = {
    "complaints.md": complaints.page,
    "spec.md": language.page,
    "fixtures.md": fixtures.page,
    "rules.md": rules.page,
    "differences.md": differences.page,
    "found.md": found.page,
    "iterators.md": iterators.page,
    "reach.md": reach.page,
    "tour.md": tour.page,
    **{f"man/{name}.1": partial(man.page, name) for name in man.names()},
    **{f"completion/{name}": partial(completion.text, name) for name in completion.FILES},
}


INCLUDED = re.compile(r"(<!-- (?P<name>specs/[\w/]+\.yaml) -->\n```yaml\n).*?(?=```)", re.DOTALL)


def refreshed(text: str) -> str:
    """A page hand-written, with every spec that it shows as it is now."""

    def shown(found: re.Match[str]) -> str:
        path = resources.specs() / found["name"].removeprefix("specs/")
        lines = path.read_text("utf-8").splitlines(keepends=True)
        return found[1] + "".join(line for line in lines if not line.startswith("#"))

    return INCLUDED.sub(shown, text)


def write(folder: Path, names: Iterable[str] = tuple(PAGES)) -> None:
    """Write the pages, and what others show of specs; one that has not changed is left alone."""
    texts = {folder / name: PAGES[name]() for name in names}
    others = sorted(set(folder.glob("*.md")) - {folder / name for name in PAGES})
    texts |= {path: refreshed(path.read_text("utf-8")) for path in others}
    for path, text in texts.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
