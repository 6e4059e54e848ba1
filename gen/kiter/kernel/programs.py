# SPDX-License-Identifier: GPL-2.0-only
"""The emitted selftests: BPF programs compiled and made into skeletons, prog_tests compiled against those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.kernel import vmlinux
from kiter.kernel.bpf import Bpf
from kiter.kernel.dependencies import Compiler
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.messages import unexplained
from kiter.lower.check.headers import Declarations, Extended, Vmlinux
from kiter.output import INCLUDED, PROGS, Output, Rendered, Type
from kiter.regex import regex
from kiter.render import render, source

_DECLARATIONS = "kiter_declarations.h"
_VMLINUX, _DECLARED, _EXTENDED = (f"check/{name}.h.j2" for name in ("vmlinux", "declarations", "extended"))
_LIBRARY = regex(r"/(?:include|lib)/(\w+/[\w.]+)$")


def jobs(rendered: Rendered, bpf: Bpf) -> list[Job]:
    """A job for each BPF program, and one for each prog_tests file, which needs them."""
    sources = [output for output in rendered.outputs if output.path.endswith(".c")]
    programs = {output.kind: _program(rendered, output, bpf) for output in sources if output.kind in PROGS}
    example = [_program(rendered, rendered.material.example, bpf)] if rendered.material.example else []
    tests = [
        _test(rendered, output, bpf, [programs[kind] for kind in INCLUDED[output.kind] if kind in programs])
        for output in sources
        if output.kind in INCLUDED
    ]
    return [*programs.values(), *example, *tests]


def _program(rendered: Rendered, output: Output, bpf: Bpf) -> Job:
    fragment = rendered.declared

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        wrapper = _wrapper(scratch / "include", rendered.material.types, fragment, bpf)
        file = scratch / PurePosixPath(output.path).name
        file.write_text(output.text, encoding="utf-8")
        _lay_shared(rendered, wrapper)
        made = scratch / "program.o"
        done = Compiler([bpf.clang.path, "-I", str(wrapper), *bpf.clang_flags], scratch).run(file, made)
        found = done.findings(str(file))
        return Done(found, reads=done.reads) if found else _skeleton(made, file.stem, bpf, done.reads)

    declared = (fragment.path, fragment.text) if fragment else ()
    shared = (one.text for one in rendered.test_headers)
    texts = (*(one.text for one in rendered.material.types), *declared, *shared, output.path, output.text)
    headers = (source(name) for name in (_VMLINUX, _DECLARED, _EXTENDED))
    key = key_of("program", code_of(__name__), bpf.identity, *headers, *texts)
    return Job(JobKind.PROGRAM, rendered.spec, output.path, output.text, "B02", key, work)


def _lay_shared(rendered: Rendered, folder: Path) -> None:
    """The headers that the selftests of all iterators share."""
    for one in rendered.test_headers:
        (folder / PurePosixPath(one.path).name).write_text(one.text, encoding="utf-8")


def _wrapper(folder: Path, types: Iterable[Type], fragment: Output | None, bpf: Bpf) -> Path:
    """A folder whose vmlinux.h and bpf_experimental.h are those of a kernel that has the iterator."""
    folder.mkdir()
    base = bpf.vmlinux
    lacking = vmlinux.missing(types, base.read_text(encoding="utf-8", errors="replace"))
    structs = tuple(one.text for one in lacking if not one.values)
    enums = tuple(one.text for one in lacking if one.values)
    declared = Declarations(fragment.path, fragment.text) if fragment else Declarations("", "")
    header = fragment.fragments[0].file if fragment else ""
    library = _LIBRARY.search(header)  # as in tools/sched_ext/include and tools/lib
    texts = {
        "vmlinux.h": render(_VMLINUX, Vmlinux(base, structs, enums)),
        _DECLARATIONS: render(_DECLARED, declared),
        **{
            name: render(_EXTENDED, Extended(name, _DECLARATIONS))
            for name in ("bpf_experimental.h", *([library[1]] if library else ()))
        },
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _skeleton(made: Path, name: str, bpf: Bpf, reads: tuple[str, ...] | None) -> Done:
    """Linked first, as the selftests do: that leaves out the debugging data, of which there is much."""
    linked = made.with_suffix(".linked.o")
    done = tools.run([bpf.bpftool.path, "gen", "object", str(linked), str(made)])
    if done.status == 0:
        done = tools.run([bpf.bpftool.path, "gen", "skeleton", str(linked), "name", name])
    if done.status:
        return Done((replace(unexplained(done.status, done.stderr), code="B08"),))
    skeleton = made.with_suffix(".skel.h")
    skeleton.write_text(done.stdout, encoding="utf-8")
    return Done(product=skeleton, reads=reads)


def _test(rendered: Rendered, output: Output, bpf: Bpf, programs: Sequence[Job]) -> Job:
    names = [PurePosixPath(job.path).stem for job in programs]

    def work(scratch: Path, skeletons: Sequence[Path]) -> Done:
        for name, skeleton in zip(names, skeletons, strict=True):
            (scratch / f"{name}.skel.h").write_bytes(skeleton.read_bytes())
        source = scratch / PurePosixPath(output.path).name
        source.write_text(output.text, encoding="utf-8")
        _lay_shared(rendered, scratch)
        words = [bpf.host.path, *bpf.host_flags, "-I", str(scratch)]
        done = Compiler(words, scratch).run(source, scratch / "test.o")
        return Done(done.findings(str(source)), reads=done.reads)

    needs = tuple(job.key for job in programs)
    shared = (one.text for one in rendered.test_headers)
    key = key_of("test", code_of(__name__), bpf.identity, *needs, *shared, output.path, output.text)
    return Job(JobKind.PROG_TEST, rendered.spec, output.path, output.text, "B03", key, work, needs=needs)
