# SPDX-License-Identifier: GPL-2.0-only
"""Every iterator in a 32-bit kernel: its state has room, its asserts hold, and the compiler says nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kernel_32bit import prepared

from kiter import frontend
from kiter.cache.store import opened
from kiter.generate import generate
from kiter.kernel import compile_context, jobs, kbuild, unit
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Silence
from kiter.kernel.messages import Finding
from kiter.output import Rendered
from kiter.target.profile import profile

SPECS = Path(__file__).parents[2] / "specs"
# those of one kernel in one worker, so that it is prepared once
TARGETS = [pytest.param(v, marks=pytest.mark.xdist_group(f"i386-{v}")) for v in ("6.12", "7.3")]


def generated(target: str) -> list[Rendered]:
    """Everything that this kernel can have."""
    return [generate(it, profile(target)) for it in frontend.of([str(SPECS)], profile(target)).iterators]


def compiled(rendered: list[Rendered], found: Headers) -> dict[str, tuple[Finding, ...]]:
    """What the compiler says of each, by iterator; nothing may be left out."""
    with opened() as cache:
        how = kbuild.ask(found, cache)
        assert how.arch == "i386"
        planned = [
            unit.compile_job(one, how, compile_context.of(one, found, Places(), None, cache), cache)
            for one in rendered
        ]
        results = jobs.run(planned, cache, Silence(), 0)
    assert [result.unfit for result in results if result.unfit] == []
    return {one.iterator: result.findings for one, result in zip(rendered, results, strict=True)}


def together(rendered: list[Rendered]) -> Rendered:
    """All of them in one unit: the headers, which take most of the time, are read once."""
    units = "\n".join(one.material.unit for one in rendered)
    private = dict.fromkeys(header for one in rendered for header in one.private)
    first = rendered[0].using(replace(rendered[0].material, unit=units))
    return replace(first, iterator="all of them", private=tuple(private))


@pytest.mark.parametrize("target", TARGETS)
def test_every_iterator_compiles_without_a_word(target):
    found = prepared(target)
    its = generated(target)
    parts = [one for one in its if one.inside]
    said = compiled([together([one for one in its if not one.inside]), *parts], found)
    assert {name: findings for name, findings in said.items() if findings} == {}


@pytest.mark.parametrize("target", TARGETS)
def test_an_assert_that_holds_on_64_bit_only_is_seen(target):
    """Three words of 64 bits are full with two pointers and a number only where pointers have 64 bits."""
    found = prepared(target)
    css = next(one for one in generated(target) if one.iterator == "css")
    exact = css.material.unit.replace("sizeof(*kit) > sizeof(*it)", "sizeof(*kit) != sizeof(*it)")
    assert exact != css.material.unit
    (finding, *_) = compiled([css.using(replace(css.material, unit=exact))], found)["css"]
    assert "BUILD_BUG_ON failed: sizeof(*kit) != sizeof(*it)" in finding.text
