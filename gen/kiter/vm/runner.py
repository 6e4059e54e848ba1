# SPDX-License-Identifier: GPL-2.0-only
"""What runs in the guest: the harness and the tests, linked statically."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import environment
from kiter.lower.prototype.runner import Table
from kiter.render import render
from kiter.value_class import value_class
from kiter.vm import userland
from kiter.vm.command import Command, command, compile_file, run
from kiter.vm.programs import HARNESS, INCLUDE
from kiter.vm.userland import Userland

CFLAGS = ("-O1", "-g", "-Wall", "-std=gnu11", "-D_GNU_SOURCE")
LIBRARIES = ("-lbpf", "-lelf", "-lz", "-lpthread")
# what libelf needs where a cross compiler has a newer one
FOREIGN = ("-lzstd",)
# the harness keeps the BTF of the kernel instead of reading it for every object (btf_once.c)
WRAPPED = tuple(f"-Wl,--wrap=btf__{name}" for name in ("load_vmlinux_btf", "free", "find_by_name_kind"))


@value_class
class Test:
    """A source of prog_tests/.

    name: that of the file without .c
    text: what it says
    functions: those that are run, in its order: test_*() or serial_test_*(), as the kernel's Makefile has it
    skeletons: the names of the programs whose skeletons it includes
    """

    __test__ = False

    name: str
    text: str
    functions: tuple[str, ...]
    skeletons: tuple[str, ...]

    @classmethod
    def of(cls, name: str, text: str, *skeletons: str) -> Test:
        """One with the single function that has the name of the file."""
        return cls(name, text, (f"test_{name}",), skeletons)


def title(function: str) -> str:
    """How a test function is called in reports."""
    return function.removeprefix("serial_").removeprefix("test_")


def compile_command(source: Path, out: Path, includes: Sequence[Path], cc: Userland | None = None) -> Command:
    """How a C file of the runner is compiled."""
    cc = cc or userland.native()
    paths = [*(f"-I{p}" for p in (*includes, INCLUDE, HARNESS)), *cc.includes]
    return command(cc.compiler, *CFLAGS, *paths, "-c", source.name, "-o", out, cwd=source.parent)


def build_harness(uapi: Path, cache: Cache, cc: Userland) -> list[Path]:
    """The harness's own objects, compiled when it or the kernel's interface has changed."""
    sources = sorted(HARNESS.glob("*.c"))
    made_of = (
        code_of(__name__),
        cc.identity,
        str(uapi),
        *(str(source) for source in sources),
    )

    def make(work: Path) -> Iterator[str]:
        for source in sources:
            cmd = compile_command(source, work / f"{source.stem}.o", [uapi], cc)
            what = f"compiling the harness's {source.name}"
            yield from compile_file(cmd, work / f"{source.stem}.d", what, "R13")

    return sorted(cache.made("harness", key_of("harness", *made_of), make).glob("*.o"))


def build_test(
    test: Test, programs: Mapping[str, Path], includes: Sequence[Path], cache: Cache, cc: Userland
) -> Path:
    """A test's object; `programs` are the built ones by name. Raises with gcc's errors."""
    absent = [name for name in test.skeletons if name not in programs]
    if absent:
        raise environment("R14", f"prog_tests/{test.name}.c includes {absent[0]}.skel.h: no such program")
    folders = [programs[name] for name in test.skeletons]
    made_of = (
        code_of(__name__),
        cc.identity,
        *(str(folder) for folder in (*includes, *folders)),
    )
    key = key_of("test", *made_of, test.name, test.text)

    def make(work: Path) -> tuple[str, ...]:
        source = work / f"{test.name}.c"
        source.write_text(test.text)
        cmd = compile_command(source, work / f"{test.name}.o", [*folders, *includes], cc)
        return compile_file(cmd, work / "listing.d", f"compiling prog_tests/{test.name}.c", "R14")

    return cache.made("test", key, make) / f"{test.name}.o"


def table(tests: Sequence[Test]) -> str:
    """The C source with the tests in their order."""
    called = tuple(function for test in tests for function in test.functions)
    named = tuple((title(function), function) for function in called)
    return render("prototype/table.c.j2", Table(named, declared=called))


def link_command(objects: Sequence[Path], out: Path, cc: Userland | None = None) -> Command:
    """How the runner is linked."""
    cc = cc or userland.native()
    libraries = (*cc.libraries, *_libraries(cc))
    return command(cc.compiler, "-static", "-s", *WRAPPED, "-o", out, *objects, *libraries)


def _libraries(cc: Userland) -> tuple[str, ...]:
    return (*LIBRARIES, *(FOREIGN if cc.libraries else ()))


def link(text: str, objects: Sequence[Path], cache: Cache, cc: Userland) -> Path:
    """The runner of the tests in this table, from the objects of the harness and of the tests."""
    key = key_of("runner", code_of(__name__), text, *(str(o) for o in objects), cc.identity)

    def make(work: Path) -> tuple[str, ...]:
        source, listing = work / "table.c", work / "listing.d"
        source.write_text(text)
        cmd = compile_command(source, work / "table.o", [], cc)
        compiled = compile_file(cmd, listing, "compiling the table of tests", "R13")
        run(link_command([work / "table.o", *objects], work / "runner", cc), "linking the runner", "R13")
        return (*compiled, *_archives(cc))

    return cache.made("runner", key, make) / "runner"


def _archives(cc: Userland) -> Iterator[str]:
    """The files of the libraries that are linked."""
    for library in (*_libraries(cc), "-lc"):
        asked = command(cc.compiler, *cc.libraries, f"-print-file-name=lib{library.removeprefix('-l')}.a")
        yield run(asked, "asking gcc for its libraries").strip()


def build_runner(
    tests: Sequence[Test],
    programs: Mapping[str, Path],
    includes: Sequence[Path],
    cache: Cache,
    pool: Executor,
    *,
    cc: Userland,
) -> Path:
    """The finished runner; `includes` are folders of headers, the
    kernel's interface first. The tests are compiled side by side."""
    built = pool.map(lambda t: build_test(t, programs, includes, cache, cc), tests)
    return link(table(tests), [*build_harness(includes[0], cache, cc), *built], cache, cc)


def uapi_folder(headers: Path, cache: Cache) -> Path:
    """The booted kernel's own bpf.h and btf.h, so that tests know its constants."""
    source = _uapi_source(headers)
    if source is None:
        raise environment("R15", "the headers have no include/uapi/linux/bpf.h", file=str(headers))
    files = [source / name for name in ("bpf.h", "btf.h")]
    key = key_of("uapi", *(part for f in files for part in (f.name, f.read_bytes())))

    def make(work: Path) -> tuple[str, ...]:
        (work / "linux").mkdir()
        for file in files:
            shutil.copy(file, work / "linux")
        return ()

    return cache.made("uapi", key, make)


def _uapi_source(headers: Path) -> Path | None:
    # Debian splits the headers: the common part is where the Makefile's include points
    places = [headers]
    makefile = headers / "Makefile"
    if makefile.is_file():
        found = re.search(r"^include\s+(\S+)/Makefile$", makefile.read_text(), re.MULTILINE)
        places += [Path(found[1])] if found else []
    folders = [p / "include/uapi/linux" for p in places]
    return next((f for f in folders if (f / "bpf.h").is_file()), None)
