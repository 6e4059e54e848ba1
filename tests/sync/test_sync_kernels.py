# SPDX-License-Identifier: GPL-2.0-only
"""To BPF programs kiter's iterators are the kernel's, for each target, but for what the list says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sync_specs import SPECS, specs

from kiter import frontend
from kiter.btf.reader import Btf
from kiter.cli.main import main
from kiter.generate import generate
from kiter.kernel import btf_files, kernels
from kiter.output import Rendered
from kiter.sync import emitted, interface, known
from kiter.sync.compare import compare
from kiter.target.profile import profile, releases
from kiter.vm.conformance import RULES
from kiter.vm.module import build_modules
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.store import Store, cache_root

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


def rendered(target: str) -> list[Rendered]:
    return [generate(it, profile(target)) for it in frontend.read(specs(target), profile(target)).iterators]


def test_every_target_is_compared_with_a_kernel():
    assert {target for target, _ in KERNELS} >= {"6.12"}


def test_what_bpf_programs_see_is_the_kernels(kernel):
    target, types = kernel
    found = [compare(one, types, known.interfaces()) for one in rendered(target)]
    results = {result.iterator: result for result in found if result}
    assert {"task", "css"} <= results.keys()
    assert {name: result.drift for name, result in results.items() if result.drift} == {}
    assert {name: result.gone for name, result in results.items() if result.gone} == {}


TARGETS = sorted({target for target, source in KERNELS if source.release in BOOTABLE})


def built(target: str, paths: list[Path]) -> tuple[tuple[Prototype, ...], dict[str, Path]]:
    """Prototypes of specs for a kernel of the target, and their modules by the name of the iterator."""
    kernel, store = kernels.find(target), Store(cache_root() / "vm")
    made = prototypes(frontend.read(paths, profile(target)).iterators, profile(target), kernel, store)
    modules = build_modules(kernel.headers, job(made, kernel, store).modules, store)
    return made, {one.name: modules[f"kiter_{one.name}"] for one in made}


@pytest.mark.parametrize("target", TARGETS)
def test_the_compiled_module_says_the_same_as_the_text(target):
    """What is compared is read from the emitted C; this is what the compiler made of it."""
    made, modules = built(target, specs(target))
    types = Btf.of(kernels.find(target).btf)
    for one in made:
        ours = emitted.read(one.rendered.unit, one.name)
        compiled = interface.of(Btf.of(modules[one.name], types), one.name, ours).facts
        # of an enum that the kernel has already, its own BTF has the values that are for others too
        mine = {
            aspect: text for aspect, text in compiled.items() if aspect in ours.facts or not aspect.isupper()
        }
        assert mine == dict(ours.facts)
        plain = emitted.read(generate(one.it, profile(target)).unit, one.it.name)
        assert {_renamed(one, *fact) for fact in plain.facts.items()} == set(ours.facts.items())


@pytest.mark.parametrize("target", TARGETS)
def test_a_module_can_be_compared_with_its_spec(target, capsys):
    spec = SPECS / "letter/process.yaml"
    _, modules = built(target, [spec])
    assert main(["sync", "--btf", str(modules["process"]), str(spec)]) == 0
    assert "the same to BPF programs" in capsys.readouterr().out


def _renamed(one, aspect, text):
    """A fact as it is of the prototype, whose name may be another."""
    old, new = f"bpf_iter_{one.it.name}", f"bpf_iter_{one.name}"
    return re.sub(rf"\b{old}(?=_|\b)", new, aspect), re.sub(rf"\b{old}(?=_|\b)", new, text)


# --- the list ------------------------------------------------------------------------------------


def test_every_entry_of_the_list_is_for_an_iterator_and_a_target_there_may_be():
    entries = [*known.interfaces(), *known.behaviours()]
    assert all(entry.reason and entry.targets for entry in entries)
    assert {target for entry in entries for target in entry.targets} <= {"6.12", "7.3"}
    assert len({(e.iterator, e.aspect, *e.targets) for e in known.interfaces()}) == len(known.interfaces())
    assert {entry.rule for entry in known.behaviours()} <= {rule.title for rule in RULES}
