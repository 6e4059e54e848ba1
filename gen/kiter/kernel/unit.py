# SPDX-License-Identifier: GPL-2.0-only
"""Kernel C: compiled as kbuild would, once more without its option, and read by sparse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.compile_context import CompileContext, merged
from kiter.kernel.dependencies import Compiler
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.kbuild import Kbuild, object_flags
from kiter.kernel.kconfig import Off
from kiter.kernel.messages import Finding, judged, parse
from kiter.lower.check.headers import Headers
from kiter.output import Kind, Rendered
from kiter.regex import regex
from kiter.render import render
from kiter.tools import Tool
from kiter.tree.codes import MisfitError

_EXPECTED = regex(r"symbol '(\w+)' was not declared\. Should it be static\?")
_OPTIONS = "command-line"  # where sparse is when it cannot even begin
_CONTINUED = regex(r"^(\S+:\d+:\d+): {4}(.*)$", re.MULTILINE)

AS_SPARSE = "-D__CHECKER__"  # what it defines, and some headers ask for

# Columns are counted in characters, as the other tools do: gcc and sparse would count a tab as eight.
_COLUMNS = "-ftabstop=1"


def compile_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext, cache: Cache) -> Job:
    """Compile the unit as it would be compiled into the kernel."""

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        try:
            return _compile(rendered.material.unit, rendered, kbuild, scratch, around)
        except MisfitError as misfit:
            return Done(unfit=misfit.message)

    key = _key(rendered, kbuild, around.key(cache))
    return Job(JobKind.KERNEL, rendered.spec, path_of(rendered), rendered.material.unit, "B01", key, work)


def _key(rendered: Rendered, kbuild: Kbuild, around: Iterable[str], *more: str) -> str:
    """A key for all that decides what is compiled and how, but the files of kernel and headers."""
    kfuncs = rendered.of(Kind.KFUNCS)
    joins = (rendered.iterator, rendered.target, kfuncs.text) if kfuncs and rendered.inside else ()
    compiled = (path_of(rendered), rendered.material.unit, *joins)
    return key_of("unit", code_of(__name__), kbuild.identity, *compiled, *around, *more)


def guard_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext, off: Off, cache: Cache) -> Job:
    """Compile the unit for a kernel without the guard's option.

    If the headers alone do not survive that, nothing can be said about the unit, and the job says that.
    """

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        header = scratch / "off.h"
        header.write_text(off.header, encoding="utf-8")
        without = replace(around, flags=(*around.flags, "-include", str(header)))
        done = _compile(rendered.material.unit, rendered, kbuild, scratch, without)
        if any(finding.elsewhere for finding in done.findings):
            bare = render("check/headers.c.j2", Headers(rendered.material.headers))
            if _compile(bare, rendered, kbuild, scratch, without).findings:
                return Done(unfit=_unfit(rendered.guard, off))
        return done

    key = _key(rendered, kbuild, around.key(cache), off.header)
    return Job(JobKind.GUARD_OFF, rendered.spec, path_of(rendered), rendered.material.unit, "B07", key, work)


def _unfit(guard: str, off: Off) -> str:
    if off.asked:
        return f"the headers themselves do not compile without {guard}"
    return f"what goes off with {guard} is not known without kernel sources (apt-get install linux-source)"


def sparse_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext, sparse: Tool, cache: Cache) -> Job:
    """Let sparse read the unit; complaints inside headers are not ours, nor those that every kfunc draws."""

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        file = _write(rendered.material.unit, rendered, scratch)
        words = [sparse.path, *kbuild.sparse, *around.flags, *object_flags(path_of(rendered)), _COLUMNS]
        words.append(str(file))
        done = tools.run(words, kbuild.cwd)
        found = heard(done, str(file))
        # sparse does not say what it reads; the compiler would read the same, being asked as sparse is
        reads = _compiler(rendered, kbuild, around, {}, AS_SPARSE).preprocess(file, file).reads
        return Done(tuple(one for one in found if ours(one, rendered)), reads=reads)

    key = _key(rendered, kbuild, around.key(cache), sparse.identity)
    return Job(JobKind.SPARSE, rendered.spec, path_of(rendered), rendered.material.unit, "B06", key, work)


def heard(done: tools.Outcome, file: str) -> tuple[Finding, ...]:
    """What sparse says: lines that go on about a message are set apart from it by their indent only."""
    return judged(parse(_CONTINUED.sub(r"\1: note: \2", done.stderr), file), done.status, done.stderr)


def ours(found: Finding, rendered: Rendered) -> bool:
    """Whether what sparse says is about the unit itself, and no kfunc's lack of a prototype."""
    expected = _EXPECTED.search(found.text)
    if expected and any(kfunc.prototype.name == expected[1] for kfunc in rendered.interface.kfuncs):
        return False
    return found.elsewhere is None or found.elsewhere.file == _OPTIONS


def path_of(rendered: Rendered) -> str:
    """The output that the unit is compiled for."""
    kfuncs = rendered.of(Kind.KFUNCS)
    return kfuncs.path if kfuncs else f"{rendered.iterator}_iter.c"


def _write(text: str, rendered: Rendered, scratch: Path) -> Path:
    file = scratch / Path(path_of(rendered)).name
    file.write_text(text, encoding="utf-8")
    return file


def _compile(text: str, rendered: Rendered, kbuild: Kbuild, scratch: Path, around: CompileContext) -> Done:
    """To an object, for BUILD_BUG_ON() and the size of frames are seen by the optimiser only."""
    if rendered.inside:
        whole = merged(rendered, around, scratch)
        assert around.sources is not None
        done = _compiler(rendered, kbuild, around, {scratch: around.sources}).run(
            whole.compiled, scratch / "unit.o"
        )
        found = _in_the_unit(done.findings(str(whole.file)), whole.file, rendered.material.unit)
        reads = None if done.reads is None else (*done.reads, *whole.searched)
        return Done(tuple(found), reads=reads)
    file = _write(text, rendered, scratch)
    done = _compiler(rendered, kbuild, around, {}).run(file, scratch / "unit.o")
    return Done(done.findings(str(file)), reads=done.reads)


def _compiler(
    rendered: Rendered, kbuild: Kbuild, around: CompileContext, moved: Mapping[Path, Path], *more: str
) -> Compiler:
    words = [kbuild.compiler.path, *kbuild.flags, *around.flags, *object_flags(path_of(rendered)), _COLUMNS]
    return Compiler([*words, *more], kbuild.cwd, moved)


def _in_the_unit(found: Iterable[Finding], file: Path, unit: str) -> Iterator[Finding]:
    """The findings at the unit's own lines; warnings about the rest of the file are not ours."""
    lines, ours = file.read_text(encoding="utf-8").split("\n"), unit.split("\n")
    for one in found:
        text = lines[one.line - 1] if 0 < one.line <= len(lines) else ""
        row = ours.index(text) + 1 if text.strip() and text in ours else 0
        if row or one.level == "error":
            yield replace(one, line=row, column=one.column if row else 0)
