# SPDX-License-Identifier: GPL-2.0-only
"""Iterators made ready for a kernel that was not built with them: as modules, renamed where they must be."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from kiter import tools
from kiter.btf.reader import Btf
from kiter.btf.types import Struct
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import Diagnostic, KiterError, environment
from kiter.fixtures.known import fixture_of
from kiter.generate import generate
from kiter.kernel import compile_context, headers, kbuild, vmlinux
from kiter.kernel.dependencies import Compiler
from kiter.kernel.headers import Places
from kiter.kernel.kernels import Kernel, profile_of
from kiter.lower.kernel import verifier
from kiter.lower.programs import certain, registered
from kiter.output import INCLUDED, PROGS, Output, Rendered
from kiter.spec.element import Pointer
from kiter.spec.model import Spec
from kiter.spec.seq_form import SeqForm
from kiter.target.profile import Profile
from kiter.tools import Tool
from kiter.value_class import value_class
from kiter.vm.codes import CODES
from kiter.vm.job import VmJob
from kiter.vm.module import Module
from kiter.vm.programs import Program
from kiter.vm.runner import Test

SUFFIX = "_kiter"


@value_class
class Prototype:
    """One iterator as it runs.

    it: its spec
    name: another than that of the spec where the kernel has that one itself
    rendered: its outputs, under that name
    shims: symbols that the kernel does not export, and the module finds by itself
    existing: it is the kernel's own that runs, without a module
    inlined: the verifier puts instructions in the place of the kernel's own
    flags: those of the compiler for private headers
    """

    it: Spec
    name: str
    rendered: Rendered
    shims: tuple[str, ...] = ()
    existing: bool = False
    inlined: bool = False
    flags: tuple[str, ...] = ()

    @property
    def renamed(self) -> bool:
        """Whether the kernel has an iterator of that name."""
        return self.name != self.it.name

    @property
    def test(self) -> str:
        """The name of its test, as the harness reports it."""
        return f"{self.name}_iter"

    @property
    def tests(self) -> tuple[str, ...]:
        """The names of all its tests: that of its SEC("iter/...") form is one of its own."""
        return self.test, f"{self.name}_iter_seq"


def prototypes(its: Iterable[Spec], profile: Profile, kernel: Kernel, cache: Cache) -> tuple[Prototype, ...]:
    """Every iterator for one kernel; raises KiterError when the kernel's headers cannot be used."""
    return tuple(_prototype(it, profile, kernel, cache) for it in its)


def existing(its: Iterable[Spec], profile: Profile, kernel: Kernel) -> tuple[Prototype, ...]:
    """The iterators that the kernel has itself, to be tried as they are."""
    own = (it for it in its if has_iterator(kernel, it.name))
    return tuple(Prototype(it, it.name, generate(it, profile), existing=True) for it in own)


def has_iterator(kernel: Kernel, name: str) -> bool:
    """Whether the kernel itself has an iterator of that name."""
    return knows(kernel, f"bpf_iter_{name}_new")


def knows(kernel: Kernel, name: str) -> bool:
    """Whether the kernel's BTF has a function, type or enumerator of that name."""
    return _types(kernel.btf).mentions(name)


@cache
def _types(path: Path) -> Btf:
    return Btf.of(path)


def _prototype(it: Spec, profile: Profile, kernel: Kernel, cache: Cache) -> Prototype:
    name = it.name + SUFFIX if has_iterator(kernel, it.name) else it.name
    # the verifier of a kernel that was not built with it holds no program to its list, and trusts no more
    trusted = tuple(p for p in it.held.trusted if _trusts(kernel, it, p))
    named = replace(
        it,
        name=name,
        seq=_renamed(it, kernel),
        place=replace(it.place, inside=False),
        context=replace(it.context, allow=()),
        held=replace(it.held, trusted=trusted),
    )
    layouts = _layouts(it, kernel)
    plain = generate(named, profile, layouts=layouts)
    flags = _around(plain, kernel, cache)
    needed, exported = _needed(plain, kernel, flags, cache), _exported(kernel.headers)
    shims = tuple(symbol for symbol in needed if symbol not in exported)
    spaces = tuple(sorted({exported[symbol] for symbol in needed if exported.get(symbol)}))
    made = generate(named, profile, shims, spaces, layouts) if shims or spaces else plain
    return Prototype(it, name, made, shims, flags=flags, inlined=it.name in profile.inlined)


def _renamed(it: Spec, kernel: Kernel) -> SeqForm | None:
    """Its SEC("iter/...") form, under another name where the kernel has a target of that one."""
    if it.seq is None or it.seq.existing or not knows(kernel, f"bpf_iter__{it.seq.target}"):
        return it.seq
    return replace(it.seq, target=it.seq.target + SUFFIX)


def _layouts(it: Spec, kernel: Kernel) -> tuple[Struct, ...]:
    """The private structs as the kernel has them; raises KiterError where it has none with these members."""
    found = []
    for private in (p for p in it.place.private if p.struct):
        layout = _types(kernel.btf).flat(private.struct)
        known = {member.name: member.offset for member in layout.members} if layout else {}
        for member, _ in private.members:
            if member not in known or known[member] % 8:
                code = CODES["R46"]
                message = f"the kernel's {private.name} has no '{member}'"
                raise KiterError(private.node[member].finding("R46", message, code.reason, code.hint))
        found += [layout] if layout else []
    return tuple(found)


def _trusts(kernel: Kernel, it: Spec, pointer: Pointer) -> bool:
    """Whether the verifier of the kernel takes a pointer in an element to be as good as the element."""
    listed = _types(kernel.btf).struct(verifier.listing(it, pointer.nullable))
    return listed is not None and any(member.name == pointer.name for member in listed.members)


def confined(its: Iterable[Spec]) -> tuple[Diagnostic, ...]:
    """A warning for each iterator that can live only in the file that it is meant for, or does already."""
    code = CODES["R44"]
    return tuple(
        replace(
            it.place.node["inside" if it.place.inside else "code"].finding(
                "R44", f"'{it.name}' cannot run as a module", code.reason, code.hint
            ),
            severity="warning",
        )
        for it in its
        if it.confined
    )


def wider(its: Iterable[Spec], profile: Profile) -> tuple[Diagnostic, ...]:
    """A warning for each iterator that more programs may call as a module than from the set that it joins."""
    code = CODES["R45"]
    return tuple(
        replace(
            it.place.node["join"].finding("R45", f"'{it.name}' is in another set", code.reason, code.hint),
            severity="warning",
        )
        for it in its
        if it.place.join and (registered(it, profile) is None or not certain(it, profile))
    )


def _around(rendered: Rendered, kernel: Kernel, cache: Cache) -> tuple[str, ...]:
    """The compiler's flags for private headers; raises when the sources that hold them are missing."""
    found = compile_context.of(rendered, headers.find(str(kernel.headers)), Places(), None, cache)
    if found.unfit:
        raise environment("R10", f"{rendered.spec} cannot be compiled: {found.unfit}")
    return found.flags


def _needed(rendered: Rendered, kernel: Kernel, flags: tuple[str, ...], cache: Cache) -> tuple[str, ...]:
    """The symbols that the code needs from elsewhere: seen in the object it compiles to.

    Headers give a module other functions than the kernel: migrate_disable() in include/linux/sched.h, 7.3.
    """
    asked = kbuild.ask(headers.find(str(kernel.headers)), cache)
    key = key_of("needed", code_of(__name__), asked.identity, rendered.material.unit, *flags)
    compiler = Compiler(
        [asked.compiler.path, *asked.flags, "-DMODULE", *flags, *kbuild.object_flags("unit.c")], asked.cwd
    )

    def make(work: Path) -> tuple[str, ...]:
        source, made = work / "unit.c", work / "unit.o"
        source.write_text(rendered.material.unit)
        compiled = compiler.run(source, made)
        if compiled.done.status:
            raise _explained(rendered, kernel, compiled.done.stderr)
        (work / "symbols").write_text("\n".join(sorted(_undefined(made, asked.compiler))))
        return compiled.reads or ()

    return tuple((cache.made("needed", key, make) / "symbols").read_text().split())


def _undefined(made: Path, compiler: Tool) -> set[str]:
    # that of a cross compiler stands beside it
    nm = f"{compiler.path.rpartition('gcc')[0]}nm" if "-linux-gnu" in compiler.name else "nm"
    listed = subprocess.run([nm, "-u", str(made)], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in listed.splitlines() if line.strip()} - {"__this_module"}


def _explained(rendered: Rendered, kernel: Kernel, said: str) -> KiterError:
    """The compiler's complaint, at the spec's lines where it stems from a snippet."""
    # Imported here: only a spec that does not compile needs the whole check.
    from kiter.sinks.check import CheckOptions, check  # noqa: PLC0415

    found = check([rendered], CheckOptions(headers=str(kernel.headers))).diagnostics
    return (
        KiterError(*found) if found else environment("R10", f"{rendered.spec} does not compile", said.strip())
    )


@cache
def _exported(folder: Path) -> dict[str, str]:
    """What modules may use, with the namespace of each or "", and what every module brings along."""
    rows = (line.split("\t") for line in (folder / "Module.symvers").read_text().splitlines())
    return {"__this_module": "", "_GLOBAL_OFFSET_TABLE_": ""} | {row[1]: (*row, "")[4] for row in rows}


def modules(made: Iterable[Prototype]) -> tuple[Module, ...]:
    """Those of prototypes, behind what their tests need of the kernel beside them."""
    aside, own = dict[str, Module](), list[Module]()
    for one in made:
        if (fixture := fixture_of(one.it)) and fixture.module:
            aside[fixture.name] = Module(f"kiter_with_{fixture.name}", fixture.module)
        if not one.existing:
            own.append(Module(f"kiter_{one.name}", one.rendered.material.unit, one.flags))
    return (*aside.values(), *own)


def _programs(rendered: Rendered) -> Iterator[Program]:
    """Those of the selftests."""
    for output in rendered.outputs:
        if output.kind in PROGS:
            yield Program(_stem(output), output.text)


def _tests(rendered: Rendered) -> Iterator[Test]:
    """The selftests, each with the programs whose skeletons it includes."""
    for output in rendered.outputs:
        if kinds := INCLUDED.get(output.kind):
            used = (one for kind in kinds if (one := rendered.of(kind)))
            yield Test.of(_stem(output), output.text, *map(_stem, used))


def _stem(output: Output) -> str:
    return PurePosixPath(output.path).stem


def job(made: Sequence[Prototype], kernel: Kernel, cache: Cache, only: str = "") -> VmJob:
    """What to boot for these prototypes: their modules, and the selftests as they are emitted.

    `only` selects tests by pattern.
    """
    rendered = [p.rendered for p in made]
    selftests = profile_of(kernel).selftests
    known = vmlinux.of_btf(kernel.btf, tools.require("bpftool"), cache).read_text()
    return VmJob(
        kernel=kernel,
        modules=modules(made),
        programs=tuple(program for one in rendered for program in _programs(one)),
        tests=tuple(test for one in rendered for test in _tests(one)),
        headers={
            PurePosixPath(o.path).relative_to(selftests).as_posix(): o.text
            for one in rendered
            for o in one.test_headers
        },
        types="\n".join(
            dict.fromkeys(t.text for one in rendered for t in vmlinux.missing(one.material.types, known))
        ),
        declarations="\n".join(one.declared.text for one in rendered if one.declared),
        only=only,
        deadline=60.0 + 20.0 * len(made),
    )
