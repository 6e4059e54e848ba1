# SPDX-License-Identifier: GPL-2.0-only
"""The checks of one patch as jobs: the tree's files as they are with it, compiled and read by the scripts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel import compile_context, profiles, programs, scripts, unit
from kiter.kernel.artefacts import Artefacts
from kiter.kernel.dependencies import Compiler
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.kbuild import object_flags
from kiter.kernel.tree import Tree
from kiter.output import Kind, Rendered
from kiter.regex import regex
from kiter.series import people
from kiter.series.steps import Step
from kiter.tools import Tool
from kiter.value_class import value_class

if TYPE_CHECKING:  # the answers do not depend on how patches are made: their texts are in the keys
    from kiter.series.make import Patch, Series

_COLUMNS = "-ftabstop=1"  # columns are counted in characters
_MADE = regex(r"^(From |Date: ).*$", re.MULTILINE)


@value_class
class Bench:
    """What the jobs of a series work with; `folder` is for files that they share."""

    series: Series
    artefacts: Artefacts
    cache: Cache
    folder: Path

    @property
    def tree(self) -> Path:
        """The user's tree, from which comes what no patch changes."""
        return self.series.repository.tree.path.absolute()  # the compiler runs in another folder

    @property
    def state(self) -> str:
        """A key for all that the tree has, as it is committed: checkpatch looks round in it."""
        where = self.series.repository
        return where.git.line("rev-parse", f"{where.head}^{{tree}}")


Look = Callable[[Path, Path], Done]
"""What a tool says: given a folder with the files that the patch has, and the file to look at."""


def jobs(patch: Patch, bench: Bench) -> Iterator[Job]:
    """All that can be tried of one patch, whatever the other patches are."""
    if patch.piece.step is Step.KERNEL:
        for path in _sources(patch):
            yield from _of_file(patch, path, bench)
    if patch.piece.step is Step.SELFTESTS:
        yield from _selftests(patch, bench)
    if bench.artefacts.tree:
        yield _checkpatch(patch, bench)


def alone(patch: Patch, kind: JobKind, bench: Bench) -> Iterator[Job]:
    """The generated code by itself, with the option on or off, as `kiter build` compiles it."""
    rendered, artefacts = patch.piece.rendered, bench.artefacts
    around = artefacts.around(rendered, bench.cache)
    if kind is JobKind.KERNEL:
        yield unit.compile_job(rendered, artefacts.kbuild, around, bench.cache)
    elif kind is JobKind.GUARD_OFF:
        off = artefacts.off(rendered.guard, bench.cache)
        yield unit.guard_job(rendered, artefacts.kbuild, around, off, bench.cache)


def _sources(patch: Patch) -> list[str]:
    return [path for path in patch.piece.texts if path.endswith(".c")]


def _of_file(patch: Patch, path: str, bench: Bench) -> Iterator[Job]:
    rendered, artefacts = patch.piece.rendered, bench.artefacts
    flags = artefacts.around(rendered, bench.cache).flags
    comparison = _Comparison(patch, path, bench)
    yield comparison.job(JobKind.KERNEL, "B01", _compiler(path, bench, flags, rendered), flags)
    if rendered.guard and _is_built_without(patch, path):
        off = artefacts.off(rendered.guard, bench.cache)
        header = bench.folder / f"{rendered.guard}.h"
        header.write_text(off.header, encoding="utf-8")
        look = _compiler(path, bench, (*flags, "-include", str(header)), rendered)
        yield comparison.job(JobKind.GUARD_OFF, "B07", look, (*flags, off.header))
    if artefacts.sparse and not rendered.inside:
        look = _sparse(path, bench, flags, rendered)
        yield comparison.job(JobKind.SPARSE, "B06", look, (artefacts.sparse.identity, *flags))
    if artefacts.tree and _is_documented(rendered, path):
        perl = tools.require("perl")
        look = _kernel_doc(path, artefacts.tree, perl)
        yield comparison.job(JobKind.KERNEL_DOC, "B05", look, (perl.identity, sys.version))


def _is_built_without(patch: Patch, path: str) -> bool:
    """Whether the file is compiled without the option too, so that what is in it must survive that.

    A file that the series adds, and one that the kernel builds with that option only, is left out by its
    Makefile.
    """
    rendered = patch.piece.rendered
    own = patch.piece.was[path] is None or profiles.of(rendered.target).guarded.get(path) == rendered.guard
    return not own and not rendered.inside


def _is_documented(rendered: Rendered, path: str) -> bool:
    kfuncs = rendered.of(Kind.KFUNCS)
    return kfuncs is not None and path in kfuncs.files


@value_class
class _Comparison:
    """Jobs on one file, as it was and as it is with the patch, that tell what is new in it."""

    patch: Patch
    path: str
    bench: Bench

    def job(self, kind: JobKind, code: str, look: Look, depends: Sequence[str]) -> Job:
        """A job that lets a tool look; `depends` is what its answer depends on beside the texts."""
        piece, path = self.patch.piece, self.path
        texts = [part for name, text in sorted(piece.texts.items()) for part in (name, text)]
        before = [text or "" for _, text in sorted(piece.was.items())]
        words = map(self.bench.cache.named, (str(self.bench.tree), *depends))
        how = (code_of(__name__), self.bench.artefacts.kbuild.identity, str(piece.rendered.inside))
        key = key_of("patch", kind.value, path, *how, *words, *texts, *before)

        def work(scratch: Path, _: Sequence[Path]) -> Done:
            return self._compared(scratch, look, kind)

        return Job(kind, piece.rendered.spec, path, piece.texts[path], code, key, work)

    def _compared(self, scratch: Path, look: Look, kind: JobKind) -> Done:
        piece, path = self.patch.piece, self.path
        after = look(scratch / "after", _laid(scratch / "after", piece.texts, path))
        if not after.findings or piece.was[path] is None:
            return after
        before = look(scratch / "before", _laid(scratch / "before", piece.was, path))
        failed = any(found.level == "error" for found in before.findings)
        if failed and kind in (JobKind.KERNEL, JobKind.GUARD_OFF):
            return Done(unfit=f"{path} does not compile with these headers without the patch either")
        known = {(found.level, found.text) for found in before.findings}
        new = tuple(found for found in after.findings if (found.level, found.text) not in known)
        unknown = after.reads is None or before.reads is None
        return Done(new, reads=None if unknown else (*(after.reads or ()), *(before.reads or ())))


def _laid(folder: Path, texts: Mapping[str, str | None], path: str) -> Path:
    for name, text in texts.items():
        if text is not None and name.endswith((".c", ".h")):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", errors="surrogateescape")
    return folder / path


def _where(folder: Path, path: str, bench: Bench) -> tuple[str, ...]:
    """Where quoted headers are: beside the file or above, as the tree has it; the patch's own come before."""
    own = [f"-I{folder}/include"] if (folder / "include").is_dir() else []
    beside = ("-iquote", str(bench.tree / PurePosixPath(path).parent))
    return (*own, *beside, *compile_context.above(path, bench.tree))


def _compiler(path: str, bench: Bench, flags: Sequence[str], rendered: Rendered) -> Look:
    kbuild = bench.artefacts.kbuild

    def look(folder: Path, file: Path) -> Done:
        compiled = _whole(path, folder, bench) if rendered.inside else path
        searched = compile_context.searched_for(PurePosixPath(path), bench.tree) if rendered.inside else ()
        where = _where(folder, compiled, bench)
        words = [kbuild.compiler.path, *kbuild.flags, *flags, *where, *object_flags(compiled), _COLUMNS]
        compiler = Compiler(words, kbuild.cwd, {folder: bench.tree})
        done = compiler.run(folder / compiled, file.with_name(f"{file.name}.o"))
        reads = None if done.reads is None else (*done.reads, *searched)
        return Done(done.findings(str(file)), reads=reads)

    return look


def _whole(path: str, folder: Path, bench: Bench) -> str:
    """The file that is compiled: some are only parts of another (kernel/sched/build_policy.c).

    What stands beside it is brought into the folder, where each file finds the others as in the tree.
    """
    whole = compile_context.compiled_with(PurePosixPath(path), bench.tree)
    for file in (bench.tree / whole.parent).rglob("*.[ch]"):
        here = folder / file.relative_to(bench.tree)
        here.parent.mkdir(parents=True, exist_ok=True)
        if not here.exists():
            here.symlink_to(file)
    return whole.as_posix()


def _sparse(path: str, bench: Bench, flags: Sequence[str], rendered: Rendered) -> Look:
    kbuild, sparse = bench.artefacts.kbuild, bench.artefacts.sparse
    assert sparse is not None

    def look(folder: Path, file: Path) -> Done:
        words = [*flags, *_where(folder, path, bench), *object_flags(path), _COLUMNS]
        done = tools.run([sparse.path, *kbuild.sparse, *words, str(file)], kbuild.cwd)
        found = tuple(one for one in unit.heard(done, str(file)) if unit.ours(one, rendered))
        asked = [kbuild.compiler.path, *kbuild.flags, *words, unit.AS_SPARSE]
        return Done(
            found, reads=Compiler(asked, kbuild.cwd, {folder: bench.tree}).preprocess(file, file).reads
        )

    return look


def _kernel_doc(path: str, sources: Tree, perl: Tool) -> Look:
    return lambda folder, _: scripts.kernel_doc(folder, path, sources, perl)


# --- the selftests, and the mail ------------------------------------------------------------------


def _selftests(patch: Patch, bench: Bench) -> list[Job]:
    """The tests that the patch has, compiled with bpf_experimental.h as it is with the patch."""
    rendered, bpf = patch.piece.rendered, bench.artefacts.bpf
    texts = patch.piece.texts
    if rendered.guard and not compile_context.is_on(rendered.guard, bench.artefacts.headers):
        return [_not_known(patch, f"the kernel that they are compiled for has no {rendered.guard}")]
    if not any(o.kind is Kind.PROG_TEST and o.path in texts for o in rendered.outputs):
        kept = tuple(o for o in rendered.outputs if not o.files.isdisjoint(texts))
        rendered = replace(rendered, outputs=kept)
    header = texts.get(profiles.of(rendered.target).experimental)
    sources = bench.artefacts.tree
    if header is None or sources is None or bpf.includes.origin != sources.name:
        return programs.jobs(rendered, bpf)
    file = bench.folder / rendered.iterator / "bpf_experimental.h"
    file.parent.mkdir(exist_ok=True)
    file.write_text(header, encoding="utf-8")
    flags = ("-I", str(file.parent), *bpf.clang_flags)
    bpf = replace(bpf, clang_flags=flags, identity=key_of(bpf.identity, "in front", header))
    others = tuple(o for o in rendered.outputs if o.kind is not Kind.DECLARATIONS)
    return programs.jobs(replace(rendered, outputs=others), bpf)


def _not_known(patch: Patch, why: str) -> Job:
    spec, path = patch.piece.rendered.spec, patch.file
    return Job(JobKind.PROGRAM, spec, path, "", "B02", key_of("unfit", why), lambda *_: Done(unfit=why))


def _checkpatch(patch: Patch, bench: Bench) -> Job:
    sources = bench.artefacts.tree
    assert sources is not None
    perl = tools.require("perl")
    added = [path for path, text in patch.piece.was.items() if text is None]
    mail = undated(patch.mail)

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        found = scripts.patch_findings(scratch, patch.file, mail, sources, perl)
        asks = [one for one in found if "[FILE_PATH_CHANGES]" in one.text]
        # it asks whether MAINTAINERS covers what is new, and that can be answered
        if asks and all(people.is_covered(sources.path, path) for path in added):
            found = tuple(one for one in found if one not in asks)
        return Done(found, reads=scripts.checkpatch_reads(sources))

    where = bench.cache.named(str(sources.path))
    key = key_of("mail", code_of(__name__), bench.state, perl.identity, where, patch.file, mail)
    return Job(JobKind.CHECKPATCH, patch.piece.rendered.spec, patch.file, plain(patch.mail), "B04", key, work)


def undated(mail: str) -> str:
    """A mail without what differs each time that it is made: the name of its commit, and its date."""
    head, empty, body = mail.partition("\n\n")
    return _MADE.sub(r"\1", head) + empty + body


def plain(mail: str) -> str:
    """A mail without the marks of added lines, column for column."""
    return "\n".join(" " + line[1:] if line.startswith("+") else line for line in mail.split("\n"))
