# SPDX-License-Identifier: GPL-2.0-only
"""Bugs that follow from the C of a spec: where they are seeded, and what is said of those that live."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiter.generate import generate
from kiter.mutants.derived import derived
from kiter.mutants.mutant import StaleMutantError, mutated
from kiter.mutants.survivors import KILLS, survivors
from kiter.mutants.verdict import By, Verdict
from kiter.output import Kind
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

SPECS = Path(__file__).parents[2] / "specs"
PROFILE = profile("6.12")


def seeded(name):
    it = resolve(load(SPECS / name), PROFILE.number)
    rendered = generate(it, PROFILE)
    return it, rendered, {m.slug: m for m in derived(name, it, rendered)}


@pytest.mark.parametrize(
    ("slug", "kind", "gone", "there"),
    [
        ("new-without", "empty state", "kit->start = NULL;\n\n\tswitch", "\n\t;\n\n\tswitch"),
        ("new-default", "flags", "default:\n\t\treturn -EINVAL;", "break;\n\t\n\t}"),
        ("new-case-2", "flags", "case BPF_CGROUP_ITER_DESCENDANTS_POST:\n\tcase", "PRE:\n\t\n\tcase"),
        ("next-unchecked", "empty iterator", "if (!kit->start)\n\t\treturn NULL;\n", "\n\t;\n"),
        (
            "next-without-4",
            "step",
            "\t\tkit->start = NULL;\n\n\treturn kit->pos",
            "\t\t;\n\n\treturn kit->pos",
        ),
        ("next-always", "branch", "kit->pos ? kit->pos->parent : kit->start", "= (kit->pos->parent);"),
        ("new-KF_RCU_PROTECTED", "registration", " | KF_RCU_PROTECTED)", "KF_ITER_NEW | KF_TRUSTED_ARGS)"),
    ],
)
def test_a_bug_stands_where_it_says_and_nowhere_else(slug, kind, gone, there):
    _, rendered, mutants = seeded("css.yaml")
    right = rendered.material.unit
    wrong = mutated(mutants[slug], rendered, "css").material.unit
    assert mutants[slug].kind == kind
    assert wrong.count(gone) == right.count(gone) - 1
    assert wrong.count(there) == right.count(there) + 1


def test_what_only_the_compiler_looks_at_gets_no_bug():
    _, _, mutants = seeded("css.yaml")
    assert not [m for m in mutants.values() if "BUILD_BUG_ON" in m.old or "sizeof" in m.old]


def test_what_no_program_can_notice_gets_no_bug():
    """The verifier takes what next() returns for NULL first, whatever its flags say."""
    _, _, mutants = seeded("css.yaml")
    assert not [slug for slug in mutants if "RET_NULL" in slug]


def test_code_of_the_author_gets_bugs_too():
    _, _, mutants = seeded("task_vma.yaml")
    assert {m.kind for m in mutants.values()} >= {"check", "errno", "call", "step", "bound", "branch"}


@pytest.mark.parametrize("name", ["css.yaml", "proposed/net.yaml", "proposed/task_file.yaml", "num.yaml"])
def test_they_fit_the_iterator_under_any_name(name):
    """Constants that have the name in capitals, and lines that are broken elsewhere, included."""
    it, _, mutants = seeded(name)
    other = generate(replace(it, name=f"{it.name}_with_a_long_name"), PROFILE)
    for mutant in mutants.values():
        assert mutated(mutant, other, other.iterator).material.unit != other.material.unit


def test_one_that_does_not_fit_is_an_error():
    _, rendered, mutants = seeded("css.yaml")
    gone = replace(mutants["next-without"], nth=2)
    with pytest.raises(StaleMutantError, match="not found 2 times in bpf_iter_@_next"):
        mutated(gone, rendered, "css")


def test_one_that_lives_is_told_with_its_line_and_what_would_find_it():
    _, rendered, mutants = seeded("css.yaml")
    chosen = ("next-without-4", "new-KF_TRUSTED_ARGS", "skipped", "new-errno")
    verdicts = [Verdict(mutants[s], By.NOTHING, "every check passes") for s in chosen]
    killed = Verdict(mutants["new-default"], By.TEST, "contract: new")
    store, flag, skipped, errno = survivors([*verdicts, killed], rendered)
    kfuncs, ids = rendered.of(Kind.KFUNCS), rendered.of(Kind.BTF_IDS)
    assert kfuncs and ids
    assert kfuncs.text.splitlines()[store.at.line - 1] == store.source == "\t\tkit->start = NULL;"
    assert (store.at.file, store.at.column) == (kfuncs.path, 3)
    assert "bpf_iter_css_new" in flag.source and flag.at.file == ids.path
    assert "bpf_iter_css_next(" in skipped.source
    assert errno.hint == KILLS["errno"] and "'fails:'" in errno.hint
    assert {d.code for d in (store, flag, skipped, errno)} == {"R70"}


def test_each_kind_has_a_hint():
    names = ("css.yaml", "task_vma.yaml", "proposed/task_file.yaml", "proposed/netdev.yaml", "bits.yaml")
    kinds = {m.kind for name in names for m in seeded(name)[2].values()}
    assert kinds <= set(KILLS)
