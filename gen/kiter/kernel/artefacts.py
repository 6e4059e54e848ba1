# SPDX-License-Identifier: GPL-2.0-only
"""All that checks work with on this machine, found once at the start of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel import bpf, compile_context, kbuild, kconfig, place, tree, vmlinux
from kiter.kernel.bpf import Bpf
from kiter.kernel.compile_context import CompileContext
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Job
from kiter.kernel.kbuild import Kbuild
from kiter.kernel.kconfig import Off
from kiter.kernel.tree import Tree
from kiter.output import Rendered
from kiter.regex import regex
from kiter.tools import Tool
from kiter.value_class import value_class

T = TypeVar("T")

_VERSION = regex(r"\d+\.\d+[\w.+~-]*")
STEPS = ("asking kbuild", "looking for kernel sources", "making vmlinux.h")


@value_class
class ToolUse:
    """A program that took part, for the report."""

    name: str
    version: str
    path: str


@value_class
class Skip:
    """A check that is not made, and why."""

    what: str
    reason: str


@value_class
class Artefacts:
    """What there is to check with."""

    headers: Headers  # the configured build directory of the kernel
    kbuild: Kbuild  # how kernel code is compiled
    bpf: Bpf  # what compiles selftests
    tree: Tree | None  # the kernel's sources, None where `skipped` says why
    sparse: Tool | None  # None where `skipped` says why
    skipped: tuple[Skip, ...]  # the checks that are left out
    places: Places  # where headers and sources are looked for

    def around(self, rendered: Rendered, cache: Cache) -> CompileContext:
        """What a unit needs of the kernel's own sources."""
        named = self.tree.path if self.tree and self.tree.given else None
        return compile_context.of(rendered, self.headers, self.places, named, cache)

    def place(self, rendered: Rendered, cache: Cache) -> Iterator[Job]:
        """Whether the sources have a place for the code."""
        return place.jobs(rendered, self.headers, self.tree, self.places, cache)

    def off(self, guard: str, cache: Cache) -> Off:
        """What a kernel without the option lacks."""
        return kconfig.without(guard, self.headers, self.kbuild, self.tree, cache)

    def uses(self, cache: Cache) -> tuple[ToolUse, ...]:
        """The programs with their versions."""
        found = [self.kbuild.compiler, self.bpf.clang, self.bpf.host, self.bpf.bpftool]
        found += [self.sparse] if self.sparse else []
        return tuple({tool.identity: _use(tool, cache) for tool in found}.values())


def build_shared(
    found: Headers, given: Path | None, places: Places, cache: Cache, advance: Callable[[str], None]
) -> Artefacts:
    """Find the tools, ask kbuild, and make what is made once. `advance` is called once for each of STEPS.

    Raises KiterError with all that is missing at once.
    """
    clang, bpftool, host, asked = _all_of(
        tools.require_clang,
        lambda: tools.require("bpftool"),
        lambda: tools.require("gcc" if tools.find("gcc") else "cc"),
        lambda: kbuild.ask(found, cache),
    )
    assert isinstance(clang, Tool) and isinstance(bpftool, Tool) and isinstance(host, Tool)
    assert isinstance(asked, Kbuild)
    advance(STEPS[0])
    sources, skipped = _sources(given, places, found, cache)
    advance(STEPS[1])
    # Another version's selftests may not fit these headers, unless the user says so.
    fitting = sources if sources and (sources.given or sources.version == found.version) else None
    includes = bpf.includes_of(fitting, cache)
    types = vmlinux.make(found, bpftool, cache)
    programs = bpf.prepare(
        clang=clang,
        host=host,
        bpftool=bpftool,
        vmlinux=types,
        includes=includes,
        arch=asked.arch,
        cache=cache,
    )
    advance(STEPS[2])
    sparse = tools.find("sparse")
    if sparse is None:
        skipped = [*skipped, Skip("sparse", "sparse is not installed (apt-get install sparse)")]
    return Artefacts(found, asked, programs, sources, sparse, tuple(skipped), places)


def _all_of(*wanted: Callable[[], object]) -> list[object]:
    """Each one's result; if any raises, one error for all that do."""
    got: list[object] = []
    errors: list[KiterError] = []
    for want in wanted:
        try:
            got.append(want())
        except KiterError as error:
            errors.append(error)
    if errors:
        raise KiterError(*{found for error in errors for found in error.diagnostics}, status=ENVIRONMENT)
    return got


def _sources(
    given: Path | None, places: Places, found: Headers, cache: Cache
) -> tuple[Tree | None, Sequence[Skip]]:
    """The tree named, else the source package; without either the checks that need one are left out."""
    if given is not None:
        return _with_perl(tree.given(given))
    archive = tree.package(places.archives, found.version)
    if archive is None:
        return None, _left_out("there are no kernel sources (apt-get install linux-source, or give --tree)")
    try:
        sources = tree.unpacked(archive, cache)
    except KiterError as error:
        return None, _left_out(str(error))
    if sources is None:
        return None, _left_out(f"{archive} does not unpack")
    return _with_perl(sources)


def _with_perl(sources: Tree) -> tuple[Tree | None, Sequence[Skip]]:
    if tools.find("perl"):
        return sources, ()
    return None, _left_out("perl is not installed (apt-get install perl)")


def _left_out(reason: str) -> Sequence[Skip]:
    return [Skip("checkpatch", reason), Skip("kernel-doc", reason)]


def _use(tool: Tool, cache: Cache) -> ToolUse:
    key = key_of("version", code_of(__name__), tool.identity)
    known = cache.load("versions", key)
    if known and isinstance(known.value, str):
        return ToolUse(tool.name, known.value, tool.path)
    version = _version(tool)
    if version:
        cache.store("versions", key, version)
    return ToolUse(tool.name, version, tool.path)


def _version(tool: Tool) -> str:
    """The number in what the program says of itself; bpftool knows no --version before 7.0."""
    said: Iterable[str] = (tools.run([tool.path, word]).stdout for word in ("--version", "version"))
    found = next((match for text in said if (match := _VERSION.search(text.partition("\n")[0]))), None)
    return found.group() if found else ""
