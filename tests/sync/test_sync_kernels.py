# SPDX-License-Identifier: GPL-2.0-only
"""To BPF programs kiter's iterators are the kernel's, for each target, but for what the list says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sync_specs import SPECS, iterators, runnable
from sync_testmod import module_of

from kiter import frontend
from kiter.btf.reader import Btf
from kiter.cache.store import Cache
from kiter.cli.main import main
from kiter.kernel import btf_files, kernels
from kiter.lower.context import lowering_context
from kiter.lower.interface import interface as interface_of
from kiter.spec.model import Spec
from kiter.sync import interface, known
from kiter.sync.aspect import About
from kiter.sync.compare import Comparison, compare
from kiter.sync.interface import Aspects, specified
from kiter.target.profile import profile, releases
from kiter.vm.conformance import RULES
from kiter.vm.module import build_modules
from kiter.vm.prototype import SUFFIX, Prototype, job, prototypes

SOURCES = {source.release: source for source in btf_files.known()}
KERNELS = [
    (target, source)
    for target in releases()
    for source in SOURCES.values()
    if source.release.startswith(f"{target}.")
]
BOOTABLE = {kernel.release for kernel in (*kernels.installed(), *kernels.fetched())}


@pytest.fixture(scope="module", params=KERNELS, ids=[source.release for _, source in KERNELS])
def kernel(request):
    """A target, and the types of one of the kernels here that are of it."""
    target, source = request.param
    return target, source.read()


def of_spec(it: Spec, target: str) -> Aspects:
    return specified(interface_of(lowering_context(it, profile(target))))


def compared(target: str, types: Btf) -> dict[str, Comparison]:
    """The results for the iterators of the target that there are, by name."""
    ours = {it.name: of_spec(it, target) for it in iterators(target)}
    found = [compare(name, one, target, types, known.interfaces()) for name, one in ours.items()]
    return {result.iterator: result for result in found if result}


def test_every_target_is_compared_with_a_kernel():
    assert {target for target, _ in KERNELS} >= {"6.12"}


def test_what_bpf_programs_see_is_the_kernels(kernel):
    target, types = kernel
    results = compared(target, types)
    assert {"task", "css"} <= results.keys()
    assert {name: result.drift for name, result in results.items() if result.drift} == {}
    assert {name: result.gone for name, result in results.items() if result.gone} == {}


TARGETS = sorted({target for target, source in KERNELS if source.release in BOOTABLE})


def built(target: str, paths: list[Path]) -> tuple[tuple[Prototype, ...], dict[str, Path]]:
    """Prototypes of specs for a kernel of the target, and their modules by the name of the iterator.

    Those that use what is private to the file they join cannot be modules.
    """
    kernel, cache = kernels.find(target), Cache()
    its = [it for it in frontend.read(paths, profile(target)).iterators if not it.place.inside]
    made = prototypes(its, profile(target), kernel, cache)
    modules = build_modules(kernel.headers, job(made, kernel, cache).modules, cache)
    return made, {one.name: modules[f"kiter_{one.name}"] for one in made}


@pytest.mark.parametrize("target", TARGETS)
def test_the_compiled_module_says_the_same_as_the_spec(target):
    """What is compared is what the spec says; this is what the compiler made of the emitted C."""
    made, modules = built(target, runnable(target))
    kernel = kernels.find(target)
    types, config = Btf.of(kernel.btf), (kernel.headers / ".config").read_text()
    seen = set()
    for one in made:
        module = Btf.of(modules[one.name], types)
        if one.it.guard and f"{one.it.guard}=y" not in config:
            assert not interface.has(module, one.name)
            continue
        seen.add(one.it.name)
        ours = specified(one.rendered.interface)
        _assert_same(ours, module, one.name)
        assert {_renamed(one, *fact) for fact in of_spec(one.it, target).facts.items()} == {
            *ours.facts.items()
        }
    assert {"task", "css"} <= seen


def _assert_same(ours, module, name):
    """Of an enum that the kernel has already, its own BTF has the values that are for others too."""
    found = interface.of(module, name, ours).facts
    others = {aspect for aspect in found.keys() - ours.facts.keys() if aspect.about is About.ENUMERATOR}
    shown = {aspect: text for aspect, text in ours.facts.items() if aspect.about not in interface.ONLY}
    assert {aspect: found[aspect] for aspect in found.keys() - others} == shown


@pytest.mark.parametrize("target", TARGETS)
def test_a_module_can_be_compared_with_its_spec(target, capsys):
    spec = SPECS / "letter/process.yaml"
    _, modules = built(target, [spec])
    assert main(["sync", "--btf", str(modules["process"]), str(spec)]) == 0
    assert "the same to BPF programs" in capsys.readouterr().out


def _renamed(one, aspect, text):
    """A fact as it is of the prototype, whose name may be another."""
    if aspect.about is About.TARGET:
        return replace(aspect, name=f"{aspect.name}{SUFFIX * one.renamed}"), text
    old, new = f"bpf_iter_{one.it.name}", f"bpf_iter_{one.name}"
    name = re.sub(rf"\b{old}(?=_|\b)", new, aspect.name)
    return replace(aspect, name=name), re.sub(rf"\b{old}(?=_|\b)", new, text)


@pytest.mark.parametrize("target", TARGETS)
def test_the_iterator_of_the_kernels_test_module_is_the_same(target, capsys):
    assert main(["sync", "--btf", str(module_of(target)), str(SPECS / "testmod_seq.yaml")]) == 0
    assert "testmod_seq    the same to BPF programs" in capsys.readouterr().out


# --- the list ------------------------------------------------------------------------------------


def test_every_entry_of_the_list_is_for_an_iterator_and_a_target_there_may_be():
    entries = [*known.interfaces(), *known.behaviours()]
    assert all(entry.reason and entry.targets for entry in entries)
    assert {target for entry in entries for target in entry.targets} <= {"6.12", "7.3"}
    assert len({(e.iterator, e.aspect, *e.targets) for e in known.interfaces()}) == len(known.interfaces())
    assert {entry.rule for entry in known.behaviours()} <= {rule.title for rule in RULES}


def test_the_context_of_a_target_is_compared(kernel):
    target, types = kernel
    its = [it for it in iterators(target) if it.seq]
    for it in its:
        other = replace(
            it, seq=replace(it.seq, shows=(replace(it.seq.shows[0], name="another"), *it.seq.shows[1:]))
        )
        found = compare(it.name, of_spec(other, target), target, types, known.interfaces())
        assert [d.aspect.about for d in found.drift] == [About.TARGET]
    assert its or target == "6.12"
