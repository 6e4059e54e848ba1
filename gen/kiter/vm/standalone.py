# SPDX-License-Identifier: GPL-2.0-only
"""A prototype as a module that stands alone: everything that its users build it with, outside of any tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiter import tools
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import vmlinux
from kiter.kernel.kernels import Kernel
from kiter.lower.context import lowering_context
from kiter.lower.prototype import standalone
from kiter.output import Kind, Output, Rendered
from kiter.render import render
from kiter.target.profile import Profile
from kiter.vm.codes import CODES
from kiter.vm.prototype import Prototype

FILES = {"Kbuild": "Kbuild", "Makefile": "Makefile", "dkms.conf": "dkms.conf"}


def files(made: Prototype, profile: Profile, kernel: Kernel, cache: Cache) -> Rendered:
    """The prototype with the files of its folder for outputs.

    Raises KiterError R47 for one that needs headers which no package of headers has.
    """
    if made.flags:
        code = CODES["R47"]
        at = made.it.node["iterator"]
        raise KiterError(at.finding("R47", f"'{made.it.name}' {code.title}", code.reason, code.hint))
    outputs = tuple(Output.new(Kind.KFUNCS, *each) for each in _texts(made, profile, kernel, cache))
    return replace(made.rendered, outputs=outputs)


def _texts(made: Prototype, profile: Profile, kernel: Kernel, cache: Cache) -> Iterator[tuple[str, str]]:
    ctx = lowering_context(replace(made.it, name=made.name), profile)
    known = vmlinux.of_btf(kernel.btf, tools.require("bpftool"), cache).read_text(encoding="utf-8")
    types = tuple(one.text for one in vmlinux.missing(made.rendered.material.types, known))
    view = standalone.view(ctx, types)
    yield f"{view.module}.c", made.rendered.material.unit
    yield from ((name, render(f"module/{template}.j2", view)) for name, template in FILES.items())
    yield view.header, render("module/header.h.j2", view)
    if (program := standalone.program(ctx)) is not None:
        yield "example.bpf.c", render("docs/example.c.j2", program)
        yield "example.c", render("module/example.c.j2", view)
