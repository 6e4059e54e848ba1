# SPDX-License-Identifier: GPL-2.0-only
"""To BPF programs kiter's iterators are the kernel's, for each target, but for what the list says."""

from __future__ import annotations

import re

import pytest
from sync_specs import specs

from kiter import frontend
from kiter.btf.reader import Btf
from kiter.generate import generate
from kiter.kernel import btf_files, kernels
from kiter.output import Rendered
from kiter.sync import emitted, interface, known
from kiter.sync.compare import compare
from kiter.target.profile import profile, releases
from kiter.vm.conformance import RULES
from kiter.vm.module import build_modules
from kiter.vm.prototype import job, prototypes
from kiter.vm.store import Store, cache_root

SOURCES = {source.release: source for source in btf_files.known()}
KERNELS = [
    (target, source)
    for target in releases()
    for source in SOURCES.values()
    if source.release.startswith(f"{target}.")
]


@pytest.fixture(scope="module", params=KERNELS, ids=[source.release for _, source in KERNELS])
def kernel(request):
    """A target, and the types of one of the kernels here that are of it."""
    target, source = request.param
    return target, Btf.of(source.path)


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


def test_the_compiled_module_says_the_same_as_the_text():
    """What is compared is read from the emitted C; this is what the compiler made of it."""
    target = "6.12"
    kernel, store = kernels.find(target), Store(cache_root() / "vm")
    its = [frontend.read([path], profile(target)).iterators[0] for path in specs(target)]
    made = prototypes(its, profile(target), kernel, store)
    built = build_modules(kernel.headers, job(made, kernel, store).modules, store)
    types = Btf.of(kernel.btf)
    for one in made:
        ours = emitted.read(one.rendered.unit, one.name)
        module = Btf.of(built[f"kiter_{one.name}"], types)
        compiled = interface.of(module, one.name, ours).facts
        # of an enum that the kernel has already, its own BTF has the values that are for others too
        mine = {
            aspect: text for aspect, text in compiled.items() if aspect in ours.facts or not aspect.isupper()
        }
        assert mine == dict(ours.facts)
        plain = emitted.read(generate(one.it, profile(target)).unit, one.it.name)
        assert {_renamed(one, *fact) for fact in plain.facts.items()} == set(ours.facts.items())


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
