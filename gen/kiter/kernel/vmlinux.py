# SPDX-License-Identifier: GPL-2.0-only
"""vmlinux.h: made from the kernel's own BTF, and completed by what a kernel with the iterator would have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.kernel.codes import lacking
from kiter.kernel.headers import Headers
from kiter.lower.kernel.enum import Enum, Member
from kiter.output import Type
from kiter.render import render
from kiter.tools import Tool

RUNNING = Path("/sys/kernel/btf/vmlinux")


def make(headers: Headers, bpftool: Tool, cache: Cache, running: Path = RUNNING) -> Path:
    """vmlinux.h for these headers, made once. Raises KiterError E16 (bpftool fails) or E18 (no BTF)."""
    return of_btf(_source(headers, running), bpftool, cache)


def of_btf(source: Path, bpftool: Tool, cache: Cache) -> Path:
    """vmlinux.h from a file that holds a kernel's BTF, made once. Raises KiterError E16 if bpftool fails."""

    def write(work: Path) -> Sequence[str]:
        (work / "vmlinux.h").write_text(_dump(source, bpftool), encoding="utf-8")
        return ()

    types = cache.digests.of(str(source))
    return cache.made("vmlinux", key_of("vmlinux", types, bpftool.identity), write) / "vmlinux.h"


def _source(headers: Headers, running: Path) -> Path:
    """The headers' own BTF; the running kernel's is as good if it is of the same release."""
    own = headers.path / "vmlinux"
    if own.is_file():
        return own
    if headers.release == os.uname().release and running.is_file():
        return running
    raise lacking("E18", f"no BTF for Linux {headers.release}: {own} does not exist")


def _dump(source: Path, bpftool: Tool) -> str:
    done = tools.run([bpftool.path, "btf", "dump", "file", str(source), "format", "c"])
    if done.status or "struct task_struct {" not in done.stdout:
        said = (done.stderr.strip() or "it gave no types").splitlines()[0]
        raise lacking("E16", f"bpftool cannot make vmlinux.h of {source}: {said}")
    return done.stdout


def missing(types: Iterable[Type], vmlinux: str) -> tuple[Type, ...]:
    """Those of the types that the text of a vmlinux.h lacks.

    Of an enum that it has in part, the other values remain, as an enum of their own.
    """
    return tuple(kept for one in types if (kept := _kept(one, vmlinux)))


def _kept(one: Type, vmlinux: str) -> Type | None:
    known = bool(one.name) and f"\n{one.name} {{" in vmlinux
    if not one.values:
        return None if known else one
    there = {name for name in one.values if re.search(rf"^\t{name}\b", vmlinux, re.MULTILINE)}
    absent = {name: value for name, value in one.values.items() if name not in there}
    if not known and len(absent) == len(one.values):
        return one
    members = tuple(Member(name, str(value), "") for name, value in absent.items())
    return Type("", render(Enum.template, Enum("", "", "", members)), absent) if absent else None
