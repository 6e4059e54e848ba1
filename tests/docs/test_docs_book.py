# SPDX-License-Identifier: GPL-2.0-only
"""The book: every page of docs/ is in one of its parts, and Sphinx builds it beside the site."""

from __future__ import annotations

import html.parser
import re
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.site import book

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


class Links(html.parser.HTMLParser):
    """What a page refers to, and the places that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.ids |= {value for key, value in attrs if key == "id"}
        self.targets += [value for key, value in attrs if key == "href" and value]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("book") / "site"
    assert main(["docs", "--book", str(ROOT / "specs/num.yaml"), "-o", str(out)]) == 0
    return out


def test_every_page_is_in_one_part():
    parts = list(book.parts((DOCS / "index.md").read_text("utf-8")))
    assert [part.title for part in parts] == ["Tutorial", "Guides", "Reference", "Explanation"]
    listed = sorted(page for part in parts for page in part.pages)
    assert listed == sorted(path.stem for path in DOCS.glob("*.md") if path.stem != "index")


def test_every_link_of_the_book_leads_somewhere(built):
    pages = {path.name: Links(path.read_text("utf-8")) for path in (built / "book").glob("*.html")}
    assert len(pages) > 20
    dead = []
    for name, page in pages.items():
        for target in (target for target in page.targets if "://" not in target and ":" not in target):
            file, _, place = re.sub(r"\?v=\w+", "", target).partition("#")
            there = not file or (built / "book" / file).exists()
            known = not place or (file or name) not in pages or place in pages[file or name].ids
            if not (there and known):
                dead.append(f"{name}: {target}")
    assert dead == []


def test_the_site_leads_to_the_book_and_its_search_knows_it(built):
    assert 'href="book/index.html"' in (built / "index.html").read_text("utf-8")
    assert "checkpatch" in (built / "searchindex.js").read_text("utf-8")


@pytest.mark.parametrize(
    "text, blocks",
    [
        ("# A `b` c_d\n", [book.Block(heading="A ``b`` c\\_d", underline="=" * 12, anchor="a-b-c_d")]),
        ("```c sketch\nint a;\n```\n", [book.Block(code="int a;\n", language="c")]),
        ("<!-- no -->\n[a](x.md#y)\n", [book.Block(html='<p><a href="x.html#y">a</a></p>\n')]),
        ("[a](../specs/x.yaml)\n", [book.Block(html="<p><span>a</span></p>\n")]),
    ],
)
def test_markdown_becomes_blocks(text, blocks):
    assert list(book.blocks(text, {"x"})) == blocks
