# SPDX-License-Identifier: GPL-2.0-only
"""One iterator and one target to all its outputs: lower, then render."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from kiter.lower import names, snippets
from kiter.lower.context import LoweringContext, lowering_context
from kiter.lower.docs import example, index, page, toctree
from kiter.lower.interface import interface
from kiter.lower.kernel import btf_ids, declarations, includes, kfuncs, makefile, struct, verifier
from kiter.lower.prototype import module, types
from kiter.lower.selftests import config, prog, prog_failure, prog_test
from kiter.output import Kind, Output, Rendered
from kiter.render import render
from kiter.spec import model
from kiter.target.profile import Profile

Lower = Callable[[LoweringContext], Any]
Place = Callable[[LoweringContext], str]


def _beside(attribute: str, ending: str) -> Place:
    return lambda s: names.fragment(getattr(s.profile, attribute), s.it, ending)


def _selftest(path: str) -> Place:
    return lambda s: f"{s.profile.selftests}/{path.format(s.it.name)}"


def _beside_page(page: str) -> Place:
    return lambda s: names.fragment(f"{s.profile.docs}/{page}.rst", s.it, ".rst")


def _kfuncs_path(s: LoweringContext) -> str:
    return names.fragment(s.it.file, s.it, ".c") if s.it.file else s.it.source_file


def _ids_path(s: LoweringContext) -> str:
    """Where the ids join the same file as the kfuncs, they need a name of their own."""
    ending = "_ids.c" if btf_ids.home(s) == s.it.file else ".c"
    return names.fragment(btf_ids.home(s), s.it, ending)


def _declarations_path(s: LoweringContext) -> str:
    return names.fragment(declarations.home(s), s.it, ".h")


OUTPUTS: tuple[tuple[Kind, Lower, str, Place], ...] = (
    (Kind.KFUNCS, kfuncs.view, "kernel/kfuncs.c.j2", _kfuncs_path),
    (Kind.BTF_IDS, btf_ids.view, "kernel/btf_ids.c.j2", _ids_path),
    (Kind.STRUCT, struct.view, "kernel/struct.h.j2", lambda s: names.fragment(s.it.place.header, s.it, ".h")),
    (Kind.MAKEFILE, makefile.view, "kernel/makefile.j2", _beside("makefile", ".mk")),
    (Kind.VERIFIER, verifier.view, "kernel/verifier.c.j2", _beside("verifier", ".c")),
    (Kind.DECLARATIONS, declarations.view, "kernel/declarations.h.j2", _declarations_path),
    (Kind.PROG, prog.view, "selftests/prog.c.j2", _selftest("progs/{}_iter.c")),
    (
        Kind.PROG_FAILURE,
        prog_failure.view,
        "selftests/prog_failure.c.j2",
        _selftest("progs/{}_iter_failure.c"),
    ),
    (Kind.PROG_TEST, prog_test.view, "selftests/prog_test.c.j2", _selftest("prog_tests/{}_iter.c")),
    (Kind.CONFIG, config.view, "selftests/config.j2", _selftest("config.d/{}")),
    (Kind.RST, page.view, "docs/page.rst.j2", lambda s: f"{s.profile.docs}/bpf_iter_{s.it.name}.rst"),
    (Kind.INDEX, index.view, "docs/index.rst.j2", _beside_page(index.PAGE)),
    (Kind.TOCTREE, toctree.view, "docs/toctree.rst.j2", _beside_page("index")),
)


# what the kernel has already where the code is by hand
CODE = frozenset({Kind.KFUNCS, Kind.BTF_IDS, Kind.STRUCT, Kind.MAKEFILE, Kind.VERIFIER, Kind.DECLARATIONS})


def generate(
    it: model.Spec, profile: Profile, shims: tuple[str, ...] = (), spaces: tuple[str, ...] = ()
) -> Rendered:
    """Every output of an iterator that has passed the linter, for one kernel.

    `shims` are the symbols that only a module needs to be helped to, `spaces` the namespaces that it
    must import; they touch nothing but `unit`.
    """
    made = lowering_context(it, profile)
    wanted = frozenset(Kind) - (CODE if it.by_hand else frozenset())
    return Rendered(
        spec=it.node.document.name,
        iterator=it.name,
        target=profile.release,
        guard=it.guard,
        outputs=tuple(_outputs(made, wanted)),
        unit=_unit(made, shims, spaces),
        types=render("prototype/types.h.j2", types.view(made)),
        interface=interface(made),
        includes=includes.wanted(made),
        private=it.private_headers,
        inside=it.place.inside,
        snippets=snippets.uses(made),
        example=_example(made),
        by_hand=tuple(_outputs(made, {Kind.DECLARATIONS})) if it.by_hand else (),
    )


def _example(made: LoweringContext) -> Output | None:
    """The program that the page shows, as a file of its own."""
    view = example.view(made)
    if view is None:
        return None
    path = f"{made.profile.docs}/bpf_iter_{made.it.name}.rst.d/{made.it.name}_example.c"
    return Output(Kind.RST, path, render("docs/example.c.j2", view))


def text(made: LoweringContext, kind: Kind) -> str:
    """One output alone, "" if there is none."""
    return "".join(output.text for output in _outputs(made, {kind}))


def _unit(made: LoweringContext, shims: tuple[str, ...] = (), spaces: tuple[str, ...] = ()) -> str:
    return render("prototype/module.c.j2", module.view(made, shims, spaces))


def _outputs(made: LoweringContext, wanted: Container[Kind] = frozenset(Kind)) -> Iterator[Output]:
    for kind, lower, template, place in OUTPUTS:
        if kind in wanted and (view := lower(made)) is not None:
            yield Output(kind, place(made), render(template, view))
