# SPDX-License-Identifier: GPL-2.0-only
"""Which iterators are as they were when they last passed, and which failed last: these are run first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel import kbuild, toolchain
from kiter.kernel.headers import find
from kiter.kernel.kernels import Kernel
from kiter.output import TESTS
from kiter.value_class import value_class
from kiter.vm import first, programs, session, userland
from kiter.vm.prototype import Prototype, modules


@value_class
class Plan:
    """What is to be run, in its order, and what is as it was when it passed."""

    run: tuple[Prototype, ...]
    unchanged: tuple[Prototype, ...] = ()


@value_class
class _Verdict:
    content: str
    passed: bool


def plan(made: Iterable[Prototype], kernel: Kernel, cache: Cache, *, changed: bool) -> Plan:
    """What failed last comes first; with `changed`, what is as it was when it last passed is left out."""
    left: list[tuple[bool, Prototype]] = []
    same: list[Prototype] = []
    for one in made:
        last = _last(one, kernel, cache)
        if changed and last and last.passed and last.content == _content(one, kernel, cache):
            same.append(one)
        else:
            left.append((last is None or last.passed, one))
    return Plan(tuple(one for _, one in sorted(left, key=lambda pair: pair[0])), tuple(same))


def remember(prototype: Prototype, passed: bool, kernel: Kernel, cache: Cache) -> None:
    """Keep the verdict on an iterator for the next run."""
    cache.store("verdict", _name(prototype, kernel), [_content(prototype, kernel, cache), passed])


def _last(prototype: Prototype, kernel: Kernel, cache: Cache) -> _Verdict | None:
    known = cache.load("verdict", _name(prototype, kernel))
    match known.value if known else None:
        case [str(content), bool(passed)]:
            return _Verdict(content, passed)
    return None


def _name(prototype: Prototype, kernel: Kernel) -> str:
    """An iterator of one file on one kernel, whatever is in the file."""
    return key_of("verdict", prototype.rendered.spec, prototype.it.name, str(kernel.image))


def _content(prototype: Prototype, kernel: Kernel, cache: Cache) -> str:
    """All that a verdict depends on: what runs, what it is built with, and where it runs."""
    return key_of(where(kernel, cache), *texts(prototype))


def texts(prototype: Prototype) -> Iterator[str]:
    """What a guest gets of an iterator: its code, its tests, and the modules that these need beside it."""
    rendered = prototype.rendered
    yield rendered.material.unit
    yield from (output.text for output in rendered.outputs if output.kind in TESTS)
    yield from (kind.text for kind in rendered.material.types)
    yield rendered.declared.text if rendered.declared else ""
    for module in modules((prototype,)):
        yield from (module.name, module.text, *module.flags)


def where(kernel: Kernel, cache: Cache) -> str:
    """What every verdict depends on: the kernel, what runs the tests, and what both are built with."""
    harness = (str(path) for path in (first.SOURCE, *sorted(programs.HARNESS.rglob("*.[ch]"))))
    files = cache.digests.state((str(kernel.image), *harness))
    return key_of(code_of(session.__name__), kernel.release, files, *_built_with(kernel, cache))


def _built_with(kernel: Kernel, cache: Cache) -> tuple[str, ...]:
    emulator = tools.require(kernel.arch.qemu, toolchain.search(kernel.headers))
    found = (tools.require_clang(), userland.of(kernel).compiler, tools.require("bpftool"), emulator)
    return (*(tool.identity for tool in found), kbuild.ask(find(str(kernel.headers)), cache).identity)
