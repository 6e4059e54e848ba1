# SPDX-License-Identifier: GPL-2.0-only
"""The emitted selftests: BPF programs compiled and made into skeletons, prog_tests compiled against those."""

from __future__ import annotations

import re
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
from kiter.output import Kind, Output, Rendered, Type

_DECLARATIONS = "kiter_declarations.h"
_LIBRARY = re.compile(r"/(?:include|lib)/(\w+/[\w.]+)$")


def jobs(rendered: Rendered, bpf: Bpf) -> list[Job]:
    """A job for each BPF program, and one for each prog_tests file, which needs them."""
    sources = [output for output in rendered.outputs if output.path.endswith(".c")]
    kinds = (Kind.PROG, Kind.PROG_FAILURE)
    programs = [_program(rendered, output, bpf) for output in sources if output.kind in kinds]
    example = [_program(rendered, rendered.example, bpf)] if rendered.example else []
    tests = [output for output in sources if output.kind is Kind.PROG_TEST]
    return [*programs, *example, *(_test(rendered, output, bpf, programs) for output in tests)]


def _program(rendered: Rendered, output: Output, bpf: Bpf) -> Job:
    fragment = rendered.declared

    def work(scratch: Path, _: Sequence[Path]) -> Done:
        wrapper = _wrapper(scratch / "include", rendered.types, fragment, bpf)
        source = scratch / PurePosixPath(output.path).name
        source.write_text(output.text, encoding="utf-8")
        made = scratch / "program.o"
        done = Compiler([bpf.clang.path, "-I", str(wrapper), *bpf.clang_flags], scratch).run(source, made)
        found = done.findings(str(source))
        return Done(found, reads=done.reads) if found else _skeleton(made, source.stem, bpf, done.reads)

    declared = (fragment.path, fragment.text) if fragment else ()
    texts = (*(one.text for one in rendered.types), *declared, output.path, output.text)
    key = key_of("program", code_of(__name__), bpf.identity, *texts)
    return Job(JobKind.PROGRAM, rendered.spec, output.path, output.text, "B02", key, work)


def _wrapper(folder: Path, types: Iterable[Type], fragment: Output | None, bpf: Bpf) -> Path:
    """A folder whose vmlinux.h and bpf_experimental.h are those of a kernel that has the iterator."""
    folder.mkdir()
    base = bpf.vmlinux
    lacking = vmlinux.missing(types, base.read_text(encoding="utf-8", errors="replace"))
    added = "".join(one.text for one in lacking)
    if any(not one.values for one in lacking):
        # as bpftool does it, so that accesses are relocated alike; clang warns where it does nothing
        push = "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)"
        added = f"{push}\n{added}#pragma clang attribute pop\n"
    (folder / "vmlinux.h").write_text(
        f'#ifndef __KITER_VMLINUX_H\n#define __KITER_VMLINUX_H\n#include "{base}"\n{added}#endif\n',
        encoding="utf-8",
    )
    declared = f'#line 1 "{fragment.path}"\n{fragment.text}' if fragment else ""
    (folder / _DECLARATIONS).write_text(f"#pragma once\n{declared}", encoding="utf-8")
    real = f'#include "{bpf.includes.experimental}"'
    (folder / "bpf_experimental.h").write_text(
        f"#pragma once\n{real}\n#include <{_DECLARATIONS}>\n", encoding="utf-8"
    )
    header = fragment.fragments[0].file if fragment else ""
    if name := _LIBRARY.search(header):  # as in tools/sched_ext/include and tools/lib
        (folder / name[1]).parent.mkdir(exist_ok=True)
        (folder / name[1]).write_text(_extended(name[1]), encoding="utf-8")
    return folder


def _extended(header: str) -> str:
    """A header as it is where there is one, and the declarations."""
    real = f"#if __has_include_next(<{header}>)\n#include_next <{header}>\n#endif\n"
    return f"#pragma once\n{real}#include <{_DECLARATIONS}>\n"


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
        words = [bpf.host.path, *bpf.host_flags, "-I", str(scratch)]
        done = Compiler(words, scratch).run(source, scratch / "test.o")
        return Done(done.findings(str(source)), reads=done.reads)

    needs = tuple(job.key for job in programs)
    key = key_of("test", code_of(__name__), bpf.identity, *needs, output.path, output.text)
    return Job(JobKind.PROG_TEST, rendered.spec, output.path, output.text, "B03", key, work, needs=needs)
