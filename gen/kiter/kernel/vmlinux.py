# SPDX-License-Identifier: GPL-2.0-only
"""vmlinux.h: made from the kernel's own BTF, and completed by what a kernel with the iterator would have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.kernel.codes import lacking
from kiter.kernel.headers import Headers
from kiter.tools import Tool

RUNNING = Path("/sys/kernel/btf/vmlinux")

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TAGGED = re.compile(r"^(struct|union|enum)\s+(\w+)\s*\{")
_ENUM = re.compile(r"^enum(?:\s+\w+)?\s*\{(.*)\}", re.DOTALL)
_TYPEDEF = re.compile(r"^typedef\b.*?(\w+)\s*(?:\[[^\]]*\]\s*)*;$", re.DOTALL)
_FORWARD = re.compile(r"^(?:struct|union|enum)\s+\w+\s*;$")
_MACRO = re.compile(r"^#\s*define\s+(\w+)")


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


def missing(types: str, vmlinux: str) -> str:
    """Those of the declarations in `types` whose names the text of a vmlinux.h lacks.

    Of an enum that it has in part, the other values remain, as an enum of their own.
    """
    kept = [_kept(declaration, vmlinux) for declaration in declarations(types)]
    return "".join(text + "\n" for text in kept if text)


def declarations(text: str) -> Iterator[str]:
    """The top-level declarations and macros of C text, without comments."""
    depth = 0
    current = ""
    for line in _COMMENT.sub(" ", text).splitlines():
        if not current.strip() and line.lstrip().startswith("#"):
            yield line.strip()
            continue
        for char in line + "\n":
            current += char
            depth += (char == "{") - (char == "}")
            if char == ";" and depth == 0:
                yield current.strip()
                current = ""
    if current.strip():
        yield current.strip()


def _kept(declaration: str, vmlinux: str) -> str:
    if _FORWARD.match(declaration):
        return declaration
    values = _ENUM.match(declaration)
    if values:
        return _kept_enum(declaration, values[1], vmlinux)
    tagged = _TAGGED.match(declaration)
    if tagged:
        return "" if f"\n{tagged[1]} {tagged[2]} {{" in vmlinux else declaration
    other = _TYPEDEF.match(declaration) or _MACRO.match(declaration)
    return "" if other and re.search(rf"\b{other[1]}\b", vmlinux) else declaration


def _kept_enum(declaration: str, body: str, vmlinux: str) -> str:
    names = list(_enumerators(body))
    absent = [(name, value) for name, value in names if not re.search(rf"^\t{name}\b", vmlinux, re.MULTILINE)]
    tagged = _TAGGED.match(declaration)
    known = bool(tagged) and f"\nenum {tagged[2]} {{" in vmlinux if tagged else False
    if not known and len(absent) == len(names):
        return declaration
    values = "".join(f"\t{name} = {value},\n" for name, value in absent)
    return f"enum {{\n{values}}};" if values else ""


def _enumerators(body: str) -> Iterator[tuple[str, str]]:
    """Names with their values; one without a value is its predecessor's and one."""
    last = ""
    for part in body.split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        if name:
            yield name, value or (f"{last} + 1" if last else "0")
            last = name
