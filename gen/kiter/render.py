# SPDX-License-Identifier: GPL-2.0-only
"""Views to text; the only module that knows Jinja."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule

from kiter import markup, prose, resources
from kiter.bytecode import Bytecode
from kiter.cache.store import Cache
from kiter.layout import Widths, authored, layout
from kiter.layout.columns import COLUMNS, HARD, TAB
from kiter.lower.ctext import declare, member, prototype
from kiter.lower.kernel.part import Part
from kiter.lower.statement import Statement

PROGRAMS = Widths(statement=HARD)
MAIL_CODE = 71  # indented by 4; scripts/checkpatch.pl, COMMIT_LOG_LONG_LINE


def _code(text: str, widths: Widths = PROGRAMS) -> str:
    """A program as a literal block: indented, and without tabs, which RST would count anew."""
    lines = (line.expandtabs(TAB) for line in layout(text.strip("\n"), widths).splitlines())
    return "\n".join(f"    {line}".rstrip() for line in lines) + "\n"


def _mail_code(text: str, hard: int = MAIL_CODE) -> str:
    """Code as a mail shows it; `hard` is what no line of it may pass."""
    return _code(text, Widths(MAIL_CODE, MAIL_CODE, hard))


def _say(statement: Statement, sentences: TemplateModule) -> str:
    """The words for a statement, from the macros of a template that was imported."""
    return " ".join(getattr(sentences, statement.name)(*statement.about).split())


def _said(statements: Iterable[Statement], sentences: TemplateModule) -> list[str]:
    return [_say(statement, sentences) for statement in statements]


def _named(names: Iterable[str], words: Mapping[str, str]) -> list[str]:
    """What each of the names is called."""
    return [words[name] for name in names]


def _literals(texts: Iterable[str]) -> list[str]:
    return [f"``{text}``" for text in texts]


def _part(view: Part) -> str:
    """The text of a part, by its own template, which sees its own view alone."""
    return _environment().get_template(view.template).render(v=view).removesuffix("\n")


def _remark(text: str) -> str:
    """A comment's text: a line as it is, and what needs more is a sentence."""
    return text if len(f"/* {text} */") <= COLUMNS else f"{prose.capital(text)}."


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(resources.templates()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,
        bytecode_cache=Bytecode(Cache()),
        cache_size=-1,  # all of them: one that is bounded takes longer for a template, the more there are
    )
    made.globals.clear()  # no template calls range() or the like, and each part would begin by copying them
    made.filters |= {
        "say": _say,
        "said": _said,
        "named": _named,
        "literals": _literals,
        "wrap": prose.wrap,
        "fill": prose.fill,
        "mail": prose.mail,
        "mail_code": _mail_code,
        "fitting": prose.fitting,
        "kernel_doc": prose.kernel_doc,
        "capital": prose.capital,
        "sentence": prose.sentence,
        "listed": prose.listed,
        "rst": markup.rst,
        "constants": markup.constants,
        "plain": markup.plain,
        "table": markup.table,
        "code": _code,
        "yaml": json.dumps,
        "part": _part,
        "declare": declare,
        "prototype": prototype,
        "member": member,
        "remark": _remark,
        "authored": authored,
    }
    return made


def source(template: str) -> str:
    """What a template says: a part of the key of what comes of text that it gave."""
    return (resources.templates() / template).read_text("utf-8")


def render(template: str, view: Any) -> str:  # noqa: ANN401 - each template has a view type of its own
    """The text of one output: `template` is a path below templates/, `view` is called v there.

    C is given its layout behind the template, which writes a statement on one line of any length.
    """
    text = _environment().get_template(template).render(v=view)
    return layout(text, _widths(template)) if template.endswith((".c.j2", ".h.j2")) else text


def _widths(template: str) -> Widths:
    """How long lines may be, up to the limit where bpf's own code lets them run there."""
    if not template.startswith("kernel/") or template == "kernel/verifier/call.c.j2":
        return PROGRAMS
    return Widths(prototype=HARD) if template.startswith("kernel/verifier/") else Widths()
