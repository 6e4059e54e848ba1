# SPDX-License-Identifier: GPL-2.0-only
"""What `make replace` and `make stress` conclude: the parts that need no kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter import frontend
from kiter.generate import generate
from kiter.mutants.mutant import Mutant, mutated
from kiter.target.profile import profile
from kiter.vm.conformance import RULES, Verdict
from kiter.vm.console import Splat
from kiter.vm.results import Check, Failure, GuestReport
from tools.kernels import build
from tools.replace import report, upstream
from tools.stress.machine import Stressed
from tools.stress.seeds import SEEDS

ROOT = Path(__file__).parents[2]
FAILURE = (Failure("test", "test.c", 1, "lost", "is 2, wanted <= 1"),)


def guest(*checks: Check, splats: tuple[Splat, ...] = (), complete: bool = True) -> GuestReport:
    return GuestReport("7.3", 1.0, (), checks, (), splats, None, "", 0, complete)


def check(name: str, failures: tuple[Failure, ...] = (), skipped: bool = False) -> Check:
    return Check("iters", name, 0.1, failures, skipped=skipped)


def judged(own: GuestReport, broken: tuple[str, ...] = ()) -> report.Judged:
    verdict = Verdict(RULES[1], ("late all",), broken, ())
    contract = report.Contract(guest(check("late all")), {"css": (verdict,)})
    return report.Judged("as it is", 1.0, own, contract, {"Linux": "7.3.4-kiter"})


@pytest.mark.parametrize(
    ("own", "broken", "status"),
    [
        (guest(check("num"), check("css")), (), 0),
        (guest(check("num"), check("css", FAILURE)), (), 1),
        (guest(check("num"), check("css", skipped=True)), (), 1),
        (guest(check("num")), (), 1),
        (guest(check("num"), check("css"), splats=(Splat("kasan", "BUG: KASAN", ()),)), (), 1),
        (guest(check("num"), check("css"), complete=False), (), 1),
        (guest(check("num"), check("css")), ("late all",), 1),
    ],
)
def test_nothing_may_be_lost(own, broken, status):
    before = judged(guest(check("num"), check("css")), broken=("late all",))
    after = judged(own, broken)
    assert report.status(before, after) == status
    assert "| iters | 2, 0, 0 |" in report.page(before, after)


def test_only_the_wanted_tests_of_the_verifier_stay():
    text = (
        '#include <test_progs.h>\n#include "verifier_bits_iter.skel.h"\n#include "verifier_and.skel.h"\n'
        "static int set_up(void)\n{\n\treturn 1;\n}\n"
        "void test_verifier_and(void) { RUN(verifier_and, set_up); }\n"
        "void test_verifier_bits_iter(void) { RUN(verifier_bits_iter); }\n"
    )
    assert upstream.pruned(text) == (
        '#include <test_progs.h>\n#include "verifier_bits_iter.skel.h"\n'
        "void test_verifier_bits_iter(void) { RUN(verifier_bits_iter); }\n"
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (guest(check("kept files")), ""),
        (guest(check("kept files", FAILURE)), "iters/kept files: is 2, wanted <= 1"),
        (
            guest(splats=(Splat("lockdep", "WARNING: suspicious RCU usage", ()),)),
            "WARNING: suspicious RCU usage",
        ),
        (guest(complete=False), "the guest did not come to its end"),
    ],
)
def test_what_was_noticed_under_stress(told, said):
    assert Stressed(told, {}, {}).caught == said


def test_the_debugging_kernel_has_the_options_of_the_small_one():
    small = set((build.HERE / "small.config").read_text().splitlines())
    assert build.CONFIGS["debug"][0] == "small.config"
    debug = (build.HERE / "debug.config").read_text().splitlines()
    assert not small & {line for line in debug if line.startswith("CONFIG_")}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_every_seeded_bug_fits_the_emitted_code(seed: Mutant) -> None:
    """`make stress` would find out only after some minutes."""
    target = profile(build.VERSION)
    (it,) = frontend.read([ROOT / "specs" / seed.spec], target).iterators
    rendered = generate(it, target)
    assert mutated(seed, rendered, it.name).material.unit != rendered.material.unit
