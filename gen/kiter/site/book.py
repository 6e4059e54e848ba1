# SPDX-License-Identifier: GPL-2.0-only
"""The pages of docs/ for Sphinx: Markdown to RST, in the parts and the order of docs/index.md.

Headings and code become RST, for the search and the highlighting of Sphinx, all else HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kiter.regex import regex
from kiter.render import render
from kiter.value_class import value_class

INDEX = "index"
_UNDERLINES = "=-~^"
_HTML = regex(r"\.md(?=#|$)")


@value_class
class Block:
    """A piece of a page: a heading, code, or HTML."""

    heading: str = ""  # with the marks of RST
    underline: str = ""  # what stands below the heading
    anchor: str = ""  # its place in the page, "" where Sphinx makes the same
    code: str = ""  # lines of code
    language: str = ""  # what they are in
    html: str = ""  # all else


@value_class
class Part:
    """A part of the book: its title and the names of its pages."""

    title: str
    pages: tuple[str, ...]


def texts(folder: Path) -> Mapping[str, str]:
    """Every page as RST by its path on the site."""
    found = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}
    made = {name: tuple(blocks(text, found.keys())) for name, text in found.items()}
    contents = tuple(parts(found[INDEX]))
    return {
        f"book/{name}.rst": render(
            "site/book.rst.j2", {"blocks": its, "parts": contents if name == INDEX else ()}
        )
        for name, its in made.items()
    }


def parts(index: str) -> Iterator[Part]:
    """The parts of an index: its headings of the second level, each with the pages that it links to."""
    for section in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        title, _, rest = section.partition("\n")
        yield Part(title.strip(), tuple(re.findall(r"\]\(([\w-]+)\.md\)", rest)))


def blocks(text: str, pages: Collection[str]) -> Iterator[Block]:
    """A page in pieces; `pages` are those that it may link to."""
    reader = MarkdownIt("commonmark").enable("table")
    tokens, gathered = reader.parse(text), list[Token]()
    steps = iter(tokens)
    for token in steps:
        own = token.level == 0 and token.type in ("heading_open", "fence")
        if not own:
            gathered.append(_linked(token, pages))
            continue
        yield from _html(reader, gathered)
        gathered = []
        if token.type == "fence":
            yield Block(code=token.content, language=(token.info.split() or ["text"])[0])
        else:
            yield _heading(next(steps), int(token.tag[1]))
            next(steps)
    yield from _html(reader, gathered)


def _html(reader: MarkdownIt, tokens: list[Token]) -> Iterator[Block]:
    """What stands between headings and code, without comments."""
    html = reader.renderer.render(tokens, reader.options, {})
    if (shown := re.sub(r"<!--.*?-->\n?", "", html, flags=re.DOTALL)).strip():
        yield Block(html=shown)


def _heading(inline: Token, level: int) -> Block:
    shown = "".join(_rst(child) for child in inline.children or ())
    plain = "".join(child.content for child in inline.children or ())
    anchor = re.sub(r"[^\w -]", "", plain.lower()).replace(" ", "-")  # as GitHub makes it
    of_sphinx = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    anchor = "" if anchor == of_sphinx else anchor
    return Block(heading=shown, underline=_UNDERLINES[level - 1] * len(shown), anchor=anchor)


def _rst(child: Token) -> str:
    return (
        f"``{child.content}``"
        if child.type == "code_inline"
        else re.sub(r"([\\*`_|])", r"\\\1", child.content)
    )


def _linked(token: Token, pages: Collection[str]) -> Token:
    """The token with links to pages of the book; a link to any other file is text."""
    open_links: list[bool] = []
    for child in token.children or ():
        if child.type == "link_open":
            target = str(child.attrs["href"])
            inside = PurePosixPath(target.partition("#")[0]).stem
            known = "://" in target or target.startswith("#") or ("/" not in target and inside in pages)
            open_links.append(known)
            child.attrs = {"href": _HTML.sub(".html", target)} if known else {}
        if child.type in ("link_open", "link_close") and not open_links[-1]:
            child.tag = "span"
        if child.type == "link_close":
            open_links.pop()
    return token
