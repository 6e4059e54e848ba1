# SPDX-License-Identifier: GPL-2.0-only
"""A profile read in sources is the one that was hand-written, and what it cannot read it names."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.kernel import kernels
from kiter.kernel.kernels import Kernel
from kiter.target.profile import Profile, profile, releases
from kiter.tree import derive
from kiter.tree.texts import _WHOLE
from tools.kernel_trees import DERIVING, copied

ROOT = Path(__file__).parents[2]
VERIFIER, BTF_H, HELPERS = "kernel/bpf/verifier.c", "include/linux/btf.h", "kernel/bpf/helpers.c"
OF_ITSELF = {"verified", "admits"}  # whether anybody has run it, and what people read in functions


@pytest.fixture(scope="module", params=releases())
def sources(request, tmp_path_factory):
    """A release, and what a profile of it is read from, made to look whole."""
    tree = copied(request.param, DERIVING, tmp_path_factory.mktemp("derive") / "linux")
    if tree is None:
        pytest.skip(f"no sources of Linux {request.param} here: kiter kernels fetch {request.param}")
    for path in _WHOLE:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).touch()
    return request.param, tree


@pytest.fixture
def tree(sources, tmp_path):
    """A copy to change."""
    release, whole = sources
    shutil.copytree(whole, tmp_path / "linux", symlinks=True)
    return release, tmp_path / "linux"


def read(tree: Path, release: str, base: str | None = None) -> derive.Derived:
    major, minor = map(int, release.split("."))
    return derive.derive(tree, (major, minor), profile(base) if base else None)


def same(one: object, other: object) -> bool:
    """Lists in any order."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return sorted(one) == sorted(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def differing(found: Profile, wanted: Profile) -> dict[str, tuple[object, object]]:
    pairs = {f.name: (getattr(found, f.name), getattr(wanted, f.name)) for f in fields(wanted)}
    return {name: pair for name, pair in pairs.items() if name not in OF_ITSELF and not same(*pair)}


@pytest.mark.parametrize("base", releases())
def test_it_is_what_was_written_by_hand_whatever_profile_it_begins_with(sources, base):
    release, tree = sources
    found = read(tree, release, base)
    assert differing(found.profile, profile(release)) == {}
    assert found.profile.verified == (base == release), "what was run is known by its profile alone"
    for fact in found.facts:
        file, _, line = fact.place.partition(":")
        assert (tree / file).exists(), fact
        assert not line or 0 < int(line) <= (tree / file).read_text(errors="replace").count("\n") + 1


def change(tree: Path, path: str, old: str, new: str) -> None:
    text = (tree / path).read_text()
    assert old in text, f"{old} is not in {path}"
    (tree / path).write_text(text.replace(old, new))


def test_a_renamed_flag_is_noticed(tree):
    release, folder = tree
    change(folder, BTF_H, "KF_RCU_PROTECTED", "KF_RCU_SECTION")
    found = read(folder, release).profile
    assert not found.verified and "KF_RCU_SECTION" in found.kfunc_flags
    assert {"flag KF_RCU_SECTION", "flag KF_RCU_PROTECTED"} == {*found.unread}


def test_a_message_in_other_words_is_asked_for_by_name(tree):
    release, folder = tree
    change(folder, VERIFIER, "Unreleased reference id=", "There is a reference left, id=")
    found = read(folder, release).profile
    assert found.unread == ("messages.unreleased",)
    assert found.messages == profile(release).messages


def test_a_set_that_moved_or_serves_others_is_read_where_it_is(tree):
    release, folder = tree
    change(folder, "kernel/bpf/cpumask.c", "BPF_PROG_TYPE_SYSCALL", "BPF_PROG_TYPE_XDP")
    text = (folder / HELPERS).read_text()
    at = text.index("BTF_KFUNCS_START(common_btf_ids)")
    (folder / HELPERS).write_text(text[:at])
    (folder / "kernel/bpf/kfuncs.c").write_text(text[at:])
    found = read(folder, release).profile
    assert (found.common_file, found.common_set, found.unread) == (
        "kernel/bpf/kfuncs.c",
        "common_btf_ids",
        (),
    )
    assert same(found.sets["cpumask_kfunc_btf_ids"], ["struct_ops", "xdp", "tracing"])


def test_what_an_older_kernel_lacks_is_not_made_up(tree):
    release, folder = tree
    change(folder, BTF_H, "#define __bpf_kfunc_start_defs()", "#define other_defs()")
    change(folder, "include/linux/btf_ids.h", "#define BTF_KFUNCS_START(", "#define BTF_OTHER_START(")
    found = read(folder, release).profile
    assert found.kfuncs_open.startswith("__diag_push();") and found.set_open == "BTF_SET8_START({set})"


def test_a_verifier_in_another_file_is_found_and_one_that_is_gone_named(tree):
    release, folder = tree
    (folder / "kernel/bpf/verifier").mkdir()
    shutil.move(folder / VERIFIER, folder / "kernel/bpf/verifier/calls.c")
    assert read(folder, release).profile == replace(
        profile(release), verifier="kernel/bpf/verifier/calls.c", verified=False
    )
    (folder / "kernel/bpf/verifier/calls.c").unlink()
    assert {"verifier", "inlined", "sleepable", "messages.no_rcu"} <= {*read(folder, release).profile.unread}


# --- commands ------------------------------------------------------------------------------------


def run(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    derive.derived.cache_clear()
    status = main([*map(str, words)])
    return (status, *capsys.readouterr())


@pytest.fixture
def next_one(tree):
    """The tree of a release that has no profile, in which one message cannot be read."""
    release, folder = tree
    number = int(release.partition(".")[2]) + 1
    change(folder, "Makefile", f"PATCHLEVEL = {number - 1}\n", f"PATCHLEVEL = {number}\n")
    change(folder, VERIFIER, "Unreleased reference id=", "There is a reference left, id=")
    return f"{release.partition('.')[0]}.{number}", release, folder


def test_every_command_says_what_it_does_not_know(capsys, next_one, tmp_path):
    release, before, folder = next_one
    spec, said = ROOT / "specs/css.yaml", f"messages.unreleased; as in Linux {before}"
    status, out, err = run(capsys, "target", "--tree", folder)
    assert status == 0 and f"Linux {release} in {folder}" in out and "1 not found" in out
    assert f"not found: messages.unreleased, as in Linux {before}" in out
    build = ("build", "--tree", folder, spec, "-o", tmp_path / "out", "--no-check")
    sync = ("sync", "--tree", folder, spec)
    for words in (build, sync, ("list", "--tree", folder)):
        status, _, err = run(capsys, *words)
        assert status == 0 and f"{folder}: warning[A10]" in err and said in " ".join(err.split()), words
    assert (tmp_path / f"out/{release}/kernel/bpf/cgroup_iter.c.d/css.c").is_file()


def test_an_answer_is_taken(capsys, next_one):
    _, _, folder = next_one
    (folder / ".kiter").mkdir()
    answers = folder / ".kiter/target.toml"
    answers.write_text('[messages]\nunreleased = "There is a reference left, id="\n')
    status, out, err = run(capsys, "target", "--tree", folder)
    assert (status, err) == (0, "") and "0 not found" in out
    for wrong in ("messages = 5\n", "mesages = {}\n", '[messages]\nother = "x"\n', "= ="):
        answers.write_text(wrong)
        status, out, err = run(capsys, "target", "--tree", folder)
        assert (status, out) == (2, "") and err.count("error[") == 1 and f"{answers}: error[A11]" in err


def test_the_profile_that_is_written_is_one(capsys, tree, tmp_path):
    release, folder = tree
    file = tmp_path / "new.toml"
    assert run(capsys, "target", "--tree", folder, "-o", file)[0] == 0
    import tomllib  # noqa: PLC0415 - only here

    assert differing(Profile(**tomllib.loads(file.read_text())), profile(release)) == {}
    status, _, err = run(capsys, "target", "--tree", folder, "-o", file)
    assert status == 2 and "error[O03]" in err
    facts = json.loads(run(capsys, "target", "--tree", folder, "--format", "json")[1])
    assert facts["verified"] and facts["differs"] == [] and facts["facts"]["sets"]["place"]


@pytest.mark.parametrize(
    ("makefile", "said"),
    [
        ("all:\n", "no Makefile of Linux there"),
        ("VERSION = 4\nPATCHLEVEL = 19\n", "Linux 4.19 is older than open-coded iterators"),
        ("VERSION = 7\nPATCHLEVEL = 4\n", "there is no kernel/bpf"),
    ],
)
def test_what_is_no_kernel_tree_is_told_in_one_error(capsys, tmp_path, makefile, said):
    (tmp_path / "Makefile").write_text(makefile)
    for command in ("target", "list", "sync"):
        status, out, err = run(capsys, command, "--tree", tmp_path)
        assert (status, out) == (2, "") and err.count("error[") == 1
        assert "error[A01]" in err and said in err


PAGE = ROOT / "docs/your-kernel.md"


def test_the_commands_of_the_page_go_from_a_tree_to_what_is_in_it(capsys, next_one, tmp_path, monkeypatch):
    """All but those that clone, and that boot a kernel somebody has built."""
    _, _, folder = next_one
    monkeypatch.chdir(ROOT)
    words = {"~/linux": str(folder), "~/out": str(tmp_path / "out")}
    lines = [line.removeprefix("$ ").split() for line in PAGE.read_text().splitlines() if line[:2] == "$ "]
    kiter = [line[1:] for line in lines if line[0] == "kiter" and line[1] != "run"]
    assert [line[0] for line in kiter] == ["target", "list", "sync", "build", "apply", "apply", "sync"]
    for line in kiter:
        status, _, err = run(capsys, *(words.get(word, word) for word in line))
        assert status == 0 and "error[" not in err, (line, err)


def test_a_build_directory_stands_for_its_own_sources(next_one):
    release, before, folder = next_one
    derive.derived.cache_clear()
    kernel = Kernel(f"{release}.0", folder / "bzImage", folder, "tree")
    found = kernels.profile_of(kernel)
    assert (found.release, found.unread) == (release, ("messages.unreleased",))
    assert kernels.profile_of(replace(kernel, origin="fetched")).release == before
