# SPDX-License-Identifier: GPL-2.0-only
"""Everything that the small specs emit, as the kernel's own compiler, sparse and scripts see it.

The user's cache serves here too: a result is kept by what it was made of, so it cannot be stale.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from generate_support import NAMES, small

from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel.jobs import JobKind
from kiter.output import Kind, Rendered
from kiter.sinks.check import CheckReport, check

pytestmark = pytest.mark.xdist_group("small specs")

# What a kernel has as hand-written code is compiled by that kernel, and no kernel has our sample.
WITH_CODE = tuple(name for name in NAMES if small(name).of(Kind.KFUNCS))
TESTS = frozenset({Kind.PROG, Kind.PROG_FAILURE, Kind.PROG_TEST})
# the others show the kernel's C of a walk, and have the selftests that these have
TESTED = frozenset(
    {
        *("allocated_sleepable", "cgroup_tree", "cgroup_up", "companion_kept", "cursor_flag", "filled"),
        *("flag_bits", "flag_numbers", "flag_taken", "flags_taken", "folios", "guarded_header", "hidden"),
        *("inodes", "numbers", "numbers_held", "one_flag", "only_lsm", "raw_spaces", "refused_cases"),
        *("unknown_element", "versions"),
    }
)


def needed() -> bool:
    """Whether a machine without headers is an error: where the suite must prove something."""
    return bool(os.environ.get("KITER_REQUIRE_VM") or os.environ.get("CI"))


def code(rendered: Rendered) -> Rendered:
    """Without its selftests, and the program that its page shows."""
    kept = tuple(output for output in rendered.outputs if output.kind not in TESTS)
    return replace(rendered, outputs=kept).using(replace(rendered.material, example=None))


@pytest.fixture(
    scope="module",
    params=[TESTED, pytest.param(frozenset(WITH_CODE), marks=pytest.mark.breadth)],
    ids=["selftests of some", "all"],
)
def report(request) -> CheckReport:
    made = {name: small(name) for name in WITH_CODE}
    try:
        return check([one if name in request.param else code(one) for name, one in made.items()])
    except KiterError as problem:
        if problem.status != ENVIRONMENT or needed():
            raise
        pytest.skip(f"NOT COMPILED, no kernel to compile against: {problem}")


def test_small_specs_compile_without_a_word(report):
    assert [f"{found.at.file}:{found.at.line}: {found.message}" for found in report.diagnostics] == []


def test_nothing_was_left_out(report):
    if not needed() and report.skipped:
        pytest.skip(f"NOT CHECKED: {', '.join(f'{skip.what}: {skip.reason}' for skip in report.skipped)}")
    assert report.skipped == ()
    of_a_series = {JobKind.AM, JobKind.WHITESPACE}
    assert {job.kind for job in report.jobs} == set(JobKind) - of_a_series


def test_each_spec_was_compiled(report):
    compiled = {job.spec for job in report.jobs if job.kind is JobKind.KERNEL}
    assert compiled == {small(name).spec for name in WITH_CODE}
