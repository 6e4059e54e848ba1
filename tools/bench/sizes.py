# SPDX-License-Identifier: GPL-2.0-only
"""The code of each iterator as it stands in the kernel's own file, and of ours in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kiter import frontend, tools
from kiter.cache.store import opened
from kiter.generate import generate
from kiter.kernel import compile_context, headers, kbuild
from kiter.kernel.compile_context import CompileContext, Merged
from kiter.kernel.headers import Places
from kiter.kernel.kbuild import Kbuild
from kiter.output import Rendered
from kiter.spec.model import Spec
from kiter.target.profile import profile
from kiter.tree import replacement
from tools.bench.machine_code import Code, Size, read
from tools.bench.measure import FailedRunError

Put = Callable[[Rendered, CompileContext, Path], Merged]


@dataclass(frozen=True, slots=True)
class Row:
    """One function: ours and the kernel's, each with the static functions that it reaches."""

    name: str
    ours: Size
    theirs: Size

    @property
    def ratio(self) -> float:
        """Our instructions over the kernel's."""
        return self.ours.instructions / self.theirs.instructions


@dataclass(frozen=True, slots=True)
class Compiled:
    """All functions of one kernel, and what they were compiled with."""

    release: str
    compiler: str
    rows: tuple[Row, ...]


def compiled(target: str, specs: Path) -> Compiled:
    """Every function of every iterator that the sources of this kernel have.

    Raises KiterError without headers, FailedRunError without sources or when a file does not compile.
    """
    found = headers.find(target, wanted=target)
    rows: list[Row] = []
    with opened() as cache:
        how = kbuild.ask(found, cache)
        for it in frontend.of([str(specs)], profile(target)).iterators:
            if not it.file:
                continue
            rendered = replace(generate(it, profile(target)), inside=True)
            around = compile_context.of(rendered, found, Places(), None, cache)
            if around.sources is None:
                raise FailedRunError(around.unfit)
            with cache.scratch() as scratch:
                rows += _rows(it, rendered, around, how, scratch)
    version = tools.run([how.compiler.path, "-dumpfullversion"]).stdout.strip()
    return Compiled(found.release, f"gcc {version}", tuple(rows))


def _rows(it: Spec, rendered: Rendered, around: CompileContext, how: Kbuild, scratch: Path) -> Iterator[Row]:
    """The functions of one iterator; none where the kernel does not have it."""
    assert around.sources is not None
    file = around.sources / compile_context.joined(rendered)
    if not file.is_file() or not replacement.defines(file.read_text(encoding="utf-8").split("\n"), it.name):
        return
    theirs = _code(rendered, around, how, scratch / "theirs", compile_context.untouched)
    ours = _code(rendered, around, how, scratch / "ours", compile_context.merged)
    for name in (*replacement.trio(it.name), *(companion.name for companion in it.companions)):
        if name in ours.sizes and name in theirs.sizes:
            yield Row(name, *_sizes(name, ours, theirs))


def _code(rendered: Rendered, around: CompileContext, how: Kbuild, folder: Path, put: Put) -> Code:
    folder.mkdir()
    whole = put(rendered, around, folder)
    path = whole.compiled.relative_to(folder)
    # the folder is for headers that a test module finds through a tracing header
    words = [
        *how.flags,
        *around.flags,
        *kbuild.object_flags(str(path)),
        f"-I{whole.file.parent}",
        "-g0",
        "-w",
    ]
    out = folder / "whole.o"
    done = tools.run([how.compiler.path, *words, "-c", "-o", str(out), str(whole.compiled)], how.cwd)
    if done.status:
        raise FailedRunError(f"{path} does not compile: {done.stderr.strip()}")
    return read(out)


def _sizes(name: str, ours: Code, theirs: Code) -> tuple[Size, Size]:
    """With all that each reaches; a function that both reach, and that is the same, says nothing."""
    mine, other = ours.reached(name), theirs.reached(name)
    same = {one for one in mine & other if ours.sizes[one].instructions == theirs.sizes[one].instructions}
    return (
        sum((ours.sizes[one] for one in mine - same), ours.sizes[name]),
        sum((theirs.sizes[one] for one in other - same), theirs.sizes[name]),
    )
