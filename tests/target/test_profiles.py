# SPDX-License-Identifier: GPL-2.0-only
"""A profile is all that a kernel takes, and says which options nobody can set."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from kiter import frontend
from kiter.cache.store import opened
from kiter.cli.main import main
from kiter.kernel import sources, tree
from kiter.kernel.tree import Tree
from kiter.target import profile as targets
from kiter.target.profile import Profile, nearest, profile, releases, verified

ROOT = Path(__file__).parents[2]
ALL = [profile(release) for release in releases()]
each_target = pytest.mark.parametrize(
    "target", [profile(release) for release in releases()], ids=lambda one: one.release
)


def tree_of(target: Profile) -> Tree:
    archive = sources.archive(target.release)
    if archive is None:
        pytest.skip(f"no sources of Linux {target.release} here: kiter kernels fetch {target.release}")
    with opened(None) as cache:
        found = tree.unpacked(archive, cache)
    assert found is not None
    return found


def test_every_profile_has_every_message():
    keys = {target.release: set(target.messages) for target in map(profile, releases())}
    assert len({frozenset(found) for found in keys.values()}) == 1, keys


@pytest.fixture
def between(tmp_path, monkeypatch):
    """A folder of profiles with one more, that of a release between two others."""
    folder = tmp_path / "target"
    folder.mkdir()
    for path in targets.HERE.glob("*.toml"):
        shutil.copy(path, folder)
    oldest = (folder / f"{releases()[0]}.toml").read_text(encoding="utf-8")
    text = oldest.replace(f'release = "{releases()[0]}"', 'release = "6.16"')
    (folder / "6.16.toml").write_text(text.replace("verified = true", "verified = false"), encoding="utf-8")
    monkeypatch.setattr(targets, "HERE", folder)
    targets.profile.cache_clear()
    yield
    targets.profile.cache_clear()


def test_a_profile_is_all_that_a_kernel_takes(between, tmp_path, capsys):
    assert releases()[1] == "6.16"
    assert nearest("6.17.2+deb13-cloud-amd64").release == "6.16"
    assert "6.16" not in [target.release for target in verified()], "what nobody ran is built on request only"
    words = ["build", str(ROOT / "specs/css.yaml"), "-o", str(tmp_path / "out"), "--no-check"]
    assert main([*words, "--target", "6.16"]) == 0
    assert "best effort" in capsys.readouterr().out
    assert (tmp_path / "out/6.16/kernel/bpf/cgroup_iter.c.d/css.c").is_file()


def test_no_code_knows_a_kernel():
    """Numbers of kernels are in profiles, in specs, and in what is said of them."""
    found = [
        (path.name, node.value)
        for path in (ROOT / "gen/kiter").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in releases()
    ]
    assert found == [("profile.py", targets.DEFAULT)]


def has_prompt(option: str, kconfig: str) -> bool:
    """Whether an entry of Kconfig lets somebody set the option, on x86 and whatever else is set."""
    entry = re.search(rf"^(?:menu)?config {option}\n((?:[ \t].*\n|\n)*)", kconfig, re.MULTILINE)
    assert entry, option
    return bool(re.search(r'^\s+(?:bool|tristate|prompt) +"[^"]*"(?! if MAY_HAVE)', entry[1], re.MULTILINE))


@each_target
def test_options_that_cannot_be_set_are_known(target):
    """A fragment of a configuration is of no use where it asks for what others select."""
    files = [path for path in tree_of(target).path.rglob("Kconfig*") if path.is_file()]
    kconfig = "".join(path.read_text(encoding="utf-8", errors="replace") + "\n" for path in files)
    its = frontend.of([str(ROOT / "specs")], target).iterators
    guards = {it.guard for it in its if it.guard}
    hidden = {guard for guard in guards if not has_prompt(guard.removeprefix("CONFIG_"), kconfig)}
    assert hidden <= set(target.selected)
    assert not any(has_prompt(name.removeprefix("CONFIG_"), kconfig) for name in target.selected)
