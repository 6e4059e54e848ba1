# SPDX-License-Identifier: GPL-2.0-only
"""Kernel C: compiled as kbuild would, once more without its option, and read by sparse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kiter import tools
from kiter.kernel.cache import key_of, own_code
from kiter.kernel.compile_context import CompileContext, merged
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.kbuild import Kbuild, object_flags
from kiter.kernel.kconfig import Off
from kiter.kernel.messages import Finding, parse, unexplained
from kiter.output import Kind, Rendered
from kiter.tools import Tool
from kiter.tree.codes import MisfitError

_KFUNC = re.compile(r"__bpf_kfunc\b[^;{(]*?(\w+)\(")
_INCLUDE = re.compile(r"^#include <.*$", re.MULTILINE)
_EXPECTED = re.compile(r"symbol '(\w+)' was not declared\. Should it be static\?")
_OPTIONS = "command-line:"  # where sparse is when it cannot even begin
_CONTINUED = re.compile(r"^(\S+:\d+:\d+): {4}(.*)$", re.MULTILINE)

# Columns are counted in characters, as the other tools do: gcc and sparse would count a tab as eight.
_COLUMNS = "-ftabstop=1"


def compile_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext) -> Job:
    """Compile the unit as it would be compiled into the kernel."""

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        try:
            return Done(_compile(rendered.unit, rendered, kbuild, scratch, around))
        except MisfitError as misfit:
            return Done(unfit=misfit.message)

    key = key_of("unit", own_code(), kbuild.identity, path_of(rendered), rendered.unit, around.identity)
    return Job(JobKind.KERNEL, rendered.spec, path_of(rendered), rendered.unit, "B01", key, work)


def guard_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext, off: Off) -> Job:
    """Compile the unit for a kernel without the guard's option.

    If the headers alone do not survive that, nothing can be said about the unit, and the job says that.
    """

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        header = scratch / "off.h"
        header.write_text(off.header, encoding="utf-8")
        without = replace(around, flags=(*around.flags, "-include", str(header)))
        found = _compile(rendered.unit, rendered, kbuild, scratch, without)
        if found and any(finding.elsewhere for finding in found):
            bare = "\n".join(_INCLUDE.findall(rendered.unit)) + "\n"
            if _compile(bare, rendered, kbuild, scratch, without):
                return Done(unfit=_unfit(rendered.guard, off))
        return Done(found)

    key = key_of("unit", own_code(), kbuild.identity, path_of(rendered), rendered.unit, off.header)
    return Job(JobKind.GUARD_OFF, rendered.spec, path_of(rendered), rendered.unit, "B07", key, work)


def _unfit(guard: str, off: Off) -> str:
    if off.asked:
        return f"the headers themselves do not compile without {guard}"
    return f"what goes off with {guard} is not known without kernel sources (apt-get install linux-source)"


def sparse_job(rendered: Rendered, kbuild: Kbuild, around: CompileContext, sparse: Tool) -> Job:
    """Let sparse read the unit; complaints inside headers are not ours, nor those that every kfunc draws."""

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        if around.unfit:
            return Done(unfit=around.unfit)
        file = _write(rendered.unit, rendered, scratch)
        words = [sparse.path, *kbuild.sparse, *around.flags, *object_flags(path_of(rendered)), _COLUMNS]
        words.append(str(file))
        done = tools.run(words, kbuild.cwd)
        found = heard(done, str(file))
        return Done(tuple(one for one in found if ours(one, rendered.unit)))

    key = key_of("sparse", own_code(), kbuild.identity, sparse.identity, path_of(rendered), rendered.unit)
    return Job(JobKind.SPARSE, rendered.spec, path_of(rendered), rendered.unit, "B06", key, work)


def heard(done: tools.Outcome, file: str) -> tuple[Finding, ...]:
    """What sparse says: lines that go on about a message are set apart from it by their indent only."""
    found = parse(_CONTINUED.sub(r"\1: note: \2", done.stderr), file)
    return found if found or not done.status else (unexplained(done.status, done.stderr),)


def ours(found: Finding, unit: str) -> bool:
    """Whether what sparse says is about the unit itself, and no kfunc's lack of a prototype."""
    expected = _EXPECTED.search(found.text)
    if expected and expected[1] in _KFUNC.findall(unit):
        return False
    return not found.elsewhere or found.elsewhere.startswith(_OPTIONS)


def path_of(rendered: Rendered) -> str:
    """The output that the unit is compiled for."""
    kfuncs = rendered.of(Kind.KFUNCS)
    return kfuncs.path if kfuncs else f"{rendered.iterator}_iter.c"


def _write(text: str, rendered: Rendered, scratch: Path) -> Path:
    file = scratch / Path(path_of(rendered)).name
    file.write_text(text, encoding="utf-8")
    return file


def _compile(
    text: str, rendered: Rendered, kbuild: Kbuild, scratch: Path, around: CompileContext
) -> tuple[Finding, ...]:
    """To an object, for BUILD_BUG_ON() and the size of frames are seen by the optimiser only."""
    if rendered.inside:
        whole = merged(rendered, around, scratch)
        found = _gcc(whole.compiled, whole.file, rendered, kbuild, around)
        return tuple(_in_the_unit(found, whole.file, rendered.unit))
    file = _write(text, rendered, scratch)
    return _gcc(file, file, rendered, kbuild, around)


def _gcc(
    compiled: Path, file: Path, rendered: Rendered, kbuild: Kbuild, around: CompileContext
) -> tuple[Finding, ...]:
    """What the compiler says of `file`, which `compiled` is or includes."""
    words = [kbuild.compiler.path, *kbuild.flags, *around.flags, *object_flags(path_of(rendered)), _COLUMNS]
    done = tools.run([*words, "-c", "-o", f"{compiled}.unit.o", str(compiled)], kbuild.cwd)
    found = parse(done.stderr, str(file))
    return found if found or not done.status else (unexplained(done.status, done.stderr),)


def _in_the_unit(found: Iterable[Finding], file: Path, unit: str) -> Iterator[Finding]:
    """The findings at the unit's own lines; warnings about the rest of the file are not ours."""
    lines, ours = file.read_text(encoding="utf-8").split("\n"), unit.split("\n")
    for one in found:
        text = lines[one.line - 1] if 0 < one.line <= len(lines) else ""
        row = ours.index(text) + 1 if text.strip() and text in ours else 0
        if row or one.level == "error":
            yield replace(one, line=row, column=one.column if row else 0)
