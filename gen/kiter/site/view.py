# SPDX-License-Identifier: GPL-2.0-only
"""The texts of the site: everything that Sphinx makes HTML of, as files by their paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiter.generate import generate
from kiter.lower import failures, names
from kiter.lower.context import LoweringContext, lowering_context
from kiter.lower.docs import example, page
from kiter.lower.docs.page import Picture, Site
from kiter.lower.kernel import declarations
from kiter.output import Kind
from kiter.render import render
from kiter.site import matrix, order
from kiter.spec.model import Spec
from kiter.spec.release import spelled
from kiter.target.profile import Profile
from kiter.value_class import value_class

STATIC = {"conf.py": "conf.py", "static/site.css": "site.css", "static/icon.svg": "icon.svg"}
ROLES = ("new", "next", "destroy")
Made = Sequence[tuple[Profile, Sequence[Spec]]]


@value_class
class Machine:
    """The states of an iterator: the errors of new(), and what it is over."""

    name: str
    errors: tuple[str, ...]
    element: str


@value_class
class Line:
    """A row of the index or of a matrix."""

    name: str
    cells: tuple[str, ...]


def texts(made: Made, pages: Mapping[str, str]) -> dict[str, str]:
    """Every file, with the pages of the book, if any.

    Each page is that of the newest kernel that has the iterator; `made` is oldest first.
    """
    newest = {it.name: lowering_context(it, profile) for profile, its in made for it in its}
    found = {path: render(f"site/{template}.j2", {}) for path, template in STATIC.items()}
    for name in sorted(newest):
        found |= _files(newest[name])
    lines = [_line(newest[n]) for n in sorted(newest)]
    found["index.rst"] = render("site/index.rst.j2", {"lines": lines, "book": bool(pages)})
    found["matrix.rst"] = render("site/matrix.rst.j2", {"types": matrix.TYPES, "tables": _tables(made)})
    return {**found, **pages}


def _files(made: LoweringContext) -> dict[str, str]:
    name = made.it.name
    found: dict[str, str] = {}
    pictures = []
    for flag, figure in order.figures(made):
        file = f"pictures/{name}-{flag.lower()}.svg"
        found[file] = render("site/order.svg.j2", figure)
        pictures.append(Picture(file, figure.title, figure.visited))
    machine = f"pictures/{name}-states.svg"
    errors = tuple(dict.fromkeys(failure.errno for failure in failures.failures(made)))
    found[machine] = render("site/states.svg.j2", Machine(name, errors, made.it.element))
    kfuncs = generate(made.it, made.profile).of(Kind.KFUNCS)
    site = Site(
        release=made.profile.release,
        states=machine,
        code=kfuncs.text if kfuncs else "",
    )
    found[f"bpf_iter_{name}.rst"] = render(
        "docs/page.rst.j2",
        replace(page.view(made), walks=tuple(pictures), signatures=declarations.prototypes(made), site=site),
    )
    return found | {f"extra/ebpf.io/{kfunc}.md": text for kfunc, text in ebpf(made).items()}


def _line(made: LoweringContext) -> Line:
    it = made.it
    return Line(it.name, (it.summary, it.element, spelled(it.since)))


def _tables(made: Made) -> Mapping[str, tuple[Line, ...]]:
    return {
        profile.release: tuple(
            Line(it.name, (spelled(it.since), *matrix.row(it, profile)))
            for it in sorted(its, key=lambda it: it.name)
        )
        for profile, its in made
    }


def ebpf(made: LoweringContext) -> dict[str, str]:
    """The pages of the three kfuncs by their names, in the form of docs.ebpf.io's pages of kfuncs."""
    program = example.view(made)
    view = {
        "since": spelled(made.it.since),
        "page": page.view(made),
        "it": made.it,
        "cases": [case for case in made.cases if case.flag],
        "types": [kind.upper() for kind in matrix.types(made.it, made.profile)],
        "example": render("docs/example.c.j2", program) if program else "",
    }
    prototypes = zip(ROLES, declarations.prototypes(made), strict=False)  # companions come after the three
    named = ((role, names.function(made.it, role), signature) for role, signature in prototypes)
    return {
        name: render(f"site/ebpf_{role}.md.j2", view | {"name": name, "signature": signature})
        for role, name, signature in named
    }
