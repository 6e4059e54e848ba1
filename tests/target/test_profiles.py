# SPDX-License-Identifier: GPL-2.0-only
"""What is written of each kernel, against the sources of that kernel; and that a profile is all it takes."""

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
from tools.kernel_trees import REGISTERING, extract, parts

ROOT = Path(__file__).parents[2]
FLAGS = ("trusted_flag", "perfmon_flag", "spinlock_flag", "implicit_flag")
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


def share(message: str, form: str) -> float:
    """How much of a message the format itself says, if the message is a part of what it may print; else 0."""
    tokens = [
        t for part in re.split(r"(%[\d.*l]*[a-z])", form) for t in ([None] if part[:1] == "%" else part)
    ]
    best = [0.0] * (len(tokens) + 1)
    for char in message:
        after = [float("-inf")] * len(best)
        for at, token in enumerate(tokens):
            if token is None:
                after[at] = max(after[at], best[at])
                after[at + 1] = max(after[at + 1], after[at])
            elif token == char:
                after[at + 1] = max(after[at + 1], best[at] + 1)
        best = after
    return max(0.0, *best) / len(message)


def printed(message: str) -> str:
    """A message as the verifier would print it of an iterator x."""
    plain = re.sub(
        r"\{\{(.*)\}\}", r"\1", message.format(it="x", n=1, r=2, programs="bpf_lsm, bpf_iter and sleepable")
    )
    return plain.replace("[0-9]", "0")


@each_target
def test_every_message_is_the_verifiers(target):
    verifier = (tree_of(target).path / "kernel/bpf/verifier.c").read_text(encoding="utf-8")
    forms = set(re.findall(r'"((?:[^"\\\n]|\\.)*)"', verifier))
    for key, message in target.messages.items():
        said = printed(message)
        words = [w for w in re.findall(r"[A-Za-z]{4,}", re.sub(r"\w*_\w*", "", said)) if w != "scalar"]
        near = [form for form in forms if all(word in form for word in words[:2])]
        assert not said or max((share(said, form) for form in near), default=0) > 0.4, (key, said)


def registered(folder: Path) -> tuple[dict[str, set[str]], set[str]]:
    """The types that sets of kfuncs are registered for, "any" for all, and the sets with a filter."""
    types: dict[str, set[str]] = {}
    filtered = set()
    for path in parts(folder, REGISTERING):
        text = path.read_text(encoding="utf-8", errors="replace")
        named = {}
        for name, body in re.findall(r"struct btf_kfunc_id_set (\w+)\s*=\s*\{([^}]*)\}", text):
            named[name] = re.findall(r"\.set\s*=\s*&(\w+)", body)[0]
            filtered |= {named[name]} if ".filter" in body else set()
        for kind, name in re.findall(r"register_btf_kfunc_id_set\(\s*BPF_PROG_TYPE_(\w+),\s*&(\w+)\)", text):
            types.setdefault(named[name], set()).add("any" if kind == "UNSPEC" else kind.lower())
    return types, filtered


@each_target
def test_sets_are_registered_for_those_types(target):
    folder = extract(target.release)
    if folder is None:
        pytest.skip(f"no sources of Linux {target.release} here: kiter kernels fetch {target.release}")
    types, filtered = registered(folder)
    assert len(types) > 15 and "common_btf_ids" in types
    assert {name: set(target.sets[name]) for name in types} == types
    # what scx's filter keeps out is not decided by the type of a program
    assert filtered - {"scx_kfunc_ids_any", "scx_kfunc_ids_idle"} <= {*target.filtered}
    body = re.search(
        r"int bpf_prog_type_to_kfunc_hook\(.*?\n\}", (folder / "kernel/bpf/btf.c").read_text(), re.DOTALL
    )
    assert body
    cases = re.findall(r"((?:\tcase BPF_PROG_TYPE_\w+:\n)+)\t\treturn", body[0])
    hooks = [{kind.lower() for kind in re.findall(r"TYPE_(\w+):", labels)} for labels in cases]
    assert [{*hook} - {"iter"} for hook in target.hooks.values()] == hooks[1:], "behind that of all"


@each_target
def test_flags_are_those_of_the_kernel(target):
    header = (tree_of(target).path / "include/linux/btf.h").read_text(encoding="utf-8")
    others = {getattr(one, name) for one in map(profile, releases()) for name in FLAGS} - {""}
    there = {flag for flag in others if re.search(rf"^#define {flag}\b", header, re.MULTILINE)}
    every = set(re.findall(r"^#define (KF_[A-Z0-9_]+)\s", header, re.MULTILINE))
    assert set(target.kfunc_flags) == every
    written = {getattr(target, name) for name in FLAGS} - {""}
    assert written == there


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
