# SPDX-License-Identifier: GPL-2.0-only
"""The changelog that is drafted from two versions of a spec."""

from __future__ import annotations

import copy

import pytest
import yaml
from series_support import LETTER

from kiter.series.changes import changelog
from kiter.series.messages import of_changes
from kiter.series.versions import Version

OLD = yaml.safe_load((LETTER / "letter_css.yaml").read_text())


def lines(version, before, specs, rebased=False):
    return of_changes(changelog(version, before, specs, rebased))


def changed(*way, value=None):
    """The spec with another value there, or without the last step."""
    new = copy.deepcopy(OLD)
    below = new
    for step in way[:-1]:
        below = below.setdefault(step, {})
    if value is None:
        del below[way[-1]]
    else:
        below[way[-1]] = value
    return new


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed("guard", value="CONFIG_X"), "guard: CONFIG_X instead of CONFIG_CGROUPS"),
        (changed("guard"), "remove guard"),
        (changed("context", "sleepable", value=True), "add context sleepable: true"),
        (
            changed("arguments", "flag", "values", "BPF_CGROUP_ITER_ANCESTORS_UP"),
            "remove BPF_CGROUP_ITER_ANCESTORS_UP",
        ),
        (changed("arguments", "root", "doc", value="here"), "reword what is said of argument root"),
        (changed("arguments", "depth", value={"type": "int"}), "add argument depth"),
        (changed("includes", value=["linux/cgroup.h", "linux/x.h"]), "includes: add linux/x.h"),
        (changed("tests", value={"expect": "x"}), "change what the tests know"),
    ],
)
def test_one_change_is_one_phrase(new, said):
    old, new = (yaml.safe_dump(spec, sort_keys=False) for spec in (OLD, new))
    both = Version("base", "head", "", {"a": old, "b": old})
    assert lines(2, both, {"a": new, "b": old}) == ("Changes in v2:", f"- a: {said}")
    one = Version("base", "head", "", {"a": old})
    assert lines(2, one, {"a": new}) == ("Changes in v2:", f"- {said[:1].upper()}{said[1:]}")


def test_several_iterators_and_the_versions_before():
    before = Version("base", "head", "Changes in v2:\n- Rebase", {"a": "x: 1\n", "b": "x: 1\n"})
    assert lines(3, before, {"a": "x: 2\n", "c": "x: 1\n"}) == (
        "Changes in v3:",
        "- Drop the b iterator",
        "- Add the c iterator",
        "- a: x: 2 instead of 1",
        "",
        "Changes in v2:",
        "- Rebase",
    )


def test_no_change():
    same = {"a": "x: 1\n"}
    assert lines(2, Version("base", "head", "", same), same) == ("Changes in v2:", "- No change")
