# SPDX-License-Identifier: GPL-2.0-only
"""One iterator and one target to all its outputs: lower, then render."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from kiter.btf.types import Struct
from kiter.fragment import Anchor, Fragment, trimmed
from kiter.lower import snippets
from kiter.lower.context import LoweringContext, lowering_context
from kiter.lower.docs import example, index, page, toctree
from kiter.lower.interface import interface
from kiter.lower.kernel import (
    btf_ids,
    declarations,
    includes,
    kfuncs,
    makefile,
    seq_form,
    struct,
    verifier,
)
from kiter.lower.placement import Placement
from kiter.lower.prototype import module, types
from kiter.lower.selftests import config, prog, prog_failure, prog_test, seq, shared
from kiter.output import Kind, Material, Output, Rendered, Type
from kiter.render import render
from kiter.spec import model
from kiter.target.profile import Profile

Placed = Callable[[LoweringContext], Iterable[Placement]]


def _file(view: Callable[[LoweringContext], Any], template: str, path: str) -> Placed:
    """A file that is kiter's alone; its path may name the folders of the profile, and the iterator."""

    def placed(ctx: LoweringContext) -> Iterator[Placement]:
        file = path.format(tests=ctx.profile.selftests, docs=ctx.profile.docs, name=ctx.it.name)
        yield Placement(Fragment.new(file, ""), view(ctx), whole=template)

    return placed


OUTPUTS: Mapping[Kind, Placed] = {
    Kind.KFUNCS: kfuncs.placed,
    Kind.BTF_IDS: btf_ids.placed,
    Kind.TARGET: seq_form.placed,
    Kind.STRUCT: struct.placed,
    Kind.MAKEFILE: makefile.placed,
    Kind.VERIFIER: verifier.placed,
    Kind.DECLARATIONS: declarations.placed,
    Kind.PROG: _file(prog.view, "selftests/prog.c.j2", "{tests}/progs/{name}_iter.c"),
    Kind.PROG_FAILURE: _file(
        prog_failure.view, "selftests/prog_failure.c.j2", "{tests}/progs/{name}_iter_failure.c"
    ),
    Kind.PROG_TEST: _file(prog_test.view, "selftests/prog_test.c.j2", "{tests}/prog_tests/{name}_iter.c"),
    Kind.SEQ_PROG: seq.prog,
    Kind.SEQ_TEST: seq.test,
    Kind.CONFIG: config.placed,
    Kind.RST: _file(page.view, "docs/page.rst.j2", "{docs}/bpf_iter_{name}.rst"),
    Kind.INDEX: index.placed,
    Kind.TOCTREE: toctree.placed,
}

# what the kernel has already where the code is by hand
CODE = frozenset(
    {
        *(Kind.KFUNCS, Kind.BTF_IDS, Kind.TARGET, Kind.STRUCT),
        *(Kind.MAKEFILE, Kind.VERIFIER, Kind.DECLARATIONS),
    }
)

# what is appended to the name of an iterator where several outputs join one file
PARTS = {Kind.BTF_IDS: "_ids", Kind.TARGET: "_seq"}


def generate(
    it: model.Spec,
    profile: Profile,
    shims: tuple[str, ...] = (),
    spaces: tuple[str, ...] = (),
    layouts: tuple[Struct, ...] = (),
) -> Rendered:
    """Every output of an iterator that has passed the linter, for one kernel.

    `shims` are the symbols that only a module needs to be helped to, `spaces` the namespaces that it
    must import, `layouts` the structs that are private to a file; they touch nothing but the unit.
    """
    made = lowering_context(it, profile)
    wanted = frozenset(Kind) - (CODE if it.by_hand else frozenset())
    return Rendered(
        spec=it.node.document.name,
        iterator=it.name,
        target=profile.release,
        guard=it.guard,
        outputs=tuple(_outputs(made, wanted)),
        interface=interface(made),
        make_material=cache(lambda: _material(made, shims, spaces, layouts)),
        private=it.private_headers,
        includes=includes.wanted(made),
        inside=it.place.inside,
        by_hand=tuple(_outputs(made, {Kind.DECLARATIONS})) if it.by_hand else (),
        released=it.released,
    )


def _material(
    made: LoweringContext, shims: tuple[str, ...], spaces: tuple[str, ...], layouts: tuple[Struct, ...]
) -> Material:
    unit = module.view(made, shims, spaces, layouts)
    return Material(
        unit=render("prototype/module.c.j2", unit),
        types=tuple(_types(made)),
        headers=unit.includes,
        snippets=snippets.uses(made),
        example=_example(made),
    )


def _example(made: LoweringContext) -> Output | None:
    """The program that the page shows, as a file of its own."""
    view = example.view(made)
    if view is None:
        return None
    path = f"{made.profile.docs}/bpf_iter_{made.it.name}.rst.d/{made.it.name}_example.c"
    return Output.new(Kind.RST, path, render("docs/example.c.j2", view))


def _types(made: LoweringContext) -> Iterator[Type]:
    for view in types.views(made):
        yield Type(view.name, render("prototype/types.h.j2", view.definition), view.values)


def _outputs(made: LoweringContext, wanted: Container[Kind]) -> Iterator[Output]:
    for kind, placed in OUTPUTS.items():
        if kind in wanted and (fragments := tuple(map(_rendered, placed(made)))):
            yield Output(kind, _path(made, kind, fragments[0]), fragments)
    if Kind.TEST_HEADER in wanted:
        profile = made.profile
        yield from _test_headers(profile.selftests, tuple(profile.messages.items()), made.it.seq is not None)


@cache
def _test_headers(folder: str, messages: tuple[tuple[str, str], ...], seq: bool) -> tuple[Output, ...]:
    """What the selftests of all iterators share for one kernel, or all with `iter:`: rendered once."""
    view = shared.view(messages)
    templates = {**shared.TEMPLATES, **(shared.OF_SEQ if seq else {})}
    return tuple(
        Output.new(Kind.TEST_HEADER, f"{folder}/{name}", render(template, view))
        for name, template in templates.items()
    )


def _rendered(placement: Placement) -> Fragment:
    return replace(
        placement.fragment,
        lines=_lines(placement.lines, placement.view),
        before=_lines(placement.before, placement.view),
        after=_lines(placement.after, placement.view),
        whole=render(placement.whole, placement.view) if placement.whole else "",
    )


def _lines(template: str, view: Any) -> tuple[str, ...]:  # noqa: ANN401 - each template has a view type of its own
    return trimmed(render(template, view).splitlines()) if template else ()


def _path(made: LoweringContext, kind: Kind, first: Fragment) -> str:
    """Where out/ keeps it; what joins the file of the kfuncs beside them needs a name of its own there."""
    if first.anchor is Anchor.NEW_FILE:
        return first.file
    part = PARTS.get(kind, "") if first.file == made.it.file else ""
    name = f"{made.it.name}{part}"
    ending = ".mk" if first.anchor is Anchor.MAKEFILE else PurePosixPath(first.file).suffix
    return f"{first.file}.d/{name}{ending}"
