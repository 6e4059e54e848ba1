# SPDX-License-Identifier: GPL-2.0-only
"""What `kiter apply` does in kernel/bpf/verifier.c: the list of programs that may use an iterator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tree_support import LETTER, ROOT, apply, snapshot

from tools.kernel_trees import git

VERIFIER = "kernel/bpf/verifier.c"


@pytest.fixture
def spec(tmp_path) -> Path:
    """An iterator that the kernel has no list for."""
    return renamed(tmp_path, "mine")


def renamed(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yaml"
    text = (ROOT / "specs/css_task.yaml").read_text()
    path.write_text(text.replace("iterator: css_task", f"iterator: {name}"))
    return path


def numbers(text: str) -> list[str]:
    """The kfuncs that the verifier has a number for, in their order."""
    return re.findall(r"\bKF_(\w+),", text.partition("enum special_kfunc_type {")[2].partition("};")[0])


def ids(text: str) -> list[list[str]]:
    """What each entry of the list is, with the option of its guard and without."""
    block = text.partition("BTF_ID_LIST(special_kfunc_list)\n")[2].partition("\n\n")[0]
    both = ([], [])
    for part in re.split(r"^(?=#ifdef)|(?<=#endif)\n", block, flags=re.MULTILINE):
        on, _, off = part.partition("#else")
        for side, of_side in zip(both, (on, off or on), strict=True):
            side.extend(re.findall(r"^BTF_ID(?:\(func, (\w+)\)|_UNUSED)$", of_side, re.MULTILINE))
    return list(both)


def test_the_list_is_where_the_verifier_looks(tree, spec):
    assert apply(tree, spec) == 0
    text = (tree / VERIFIER).read_text()
    with_option, without = ids(text)
    assert with_option == numbers(text) and with_option[-1] == "bpf_iter_mine_new"
    assert len(without) == len(with_option) and without[-1] == ""
    arguments = text.partition("static int check_kfunc_args(")[2].partition("\n}\n")[0]
    case = arguments.rpartition("case KF_ARG_PTR_TO_ITER:")[2].partition("break;")[0]
    assert case.index("check_mine_iter_allowlist(env, func_name)") < case.index("process_iter_arg(")
    assert text.index("static int check_mine_iter_allowlist(") < text.index("static int check_kfunc_args(")


def test_it_is_put_in_once_and_taken_out_again(tree, spec, tmp_path, capsys):
    before = snapshot(tree)
    assert apply(tree, spec, renamed(tmp_path, "other")) == 0
    both = snapshot(tree)
    assert apply(tree, spec) == 0 and snapshot(tree) == both
    assert numbers((tree / VERIFIER).read_text())[-2:] == ["bpf_iter_mine_new", "bpf_iter_other_new"]
    assert apply(tree, "--revert", spec) == 0
    assert "iter_mine" not in (tree / VERIFIER).read_text()
    assert "check_other_iter_allowlist" in (tree / VERIFIER).read_text()
    assert apply(tree, "--revert") == 0 and snapshot(tree) == before
    capsys.readouterr()
    assert apply(tree, "--diff", spec) == 0 and snapshot(tree) == before
    assert "+\tKF_bpf_iter_mine_new,\n" in capsys.readouterr().out


def test_an_iterator_for_all_programs_does_not_concern_it(tree):
    assert apply(tree, LETTER / "process.yaml") == 0
    assert VERIFIER not in git(tree, "diff", "--name-only").split()


def test_the_list_that_a_kernel_has_is_kept(tree, capsys):
    assert apply(tree, "--replace", ROOT / "specs/css_task.yaml") == 0
    assert VERIFIER not in git(tree, "diff", "--name-only").split()
    assert "keeps its hand-written rules on who may use css_task" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("BTF_ID_LIST(special_kfunc_list)", "BTF_ID_LIST(kfuncs)"), "BTF_ID_LIST(special_kfunc_list)"),
        (("\tKF_bpf_throw,\n", ""), "not in the order of enum special_kfunc_type"),
        (("\tKF_bpf_throw,\n", "\tKF_bpf_throw = 40,\n"), "does not only have numbers"),
        (("static int check_kfunc_args(", "static int check_args("), "'check_kfunc_args()'"),
        (("process_iter_arg(env,", "process_iterator(env,"), "calls process_iter_arg()"),
    ],
)
def test_a_verifier_that_is_not_understood_is_refused(plain, spec, edit, said, capsys):
    file = plain / VERIFIER
    file.write_text(file.read_text().replace(*edit))
    before = snapshot(plain)
    assert apply(plain, spec) == 1
    assert said in capsys.readouterr().err
    assert snapshot(plain) == before


# --- fields of the element that are as good as the element ----------------------------------------


def with_fields(folder: Path, fields: str, element: str = "struct task_struct *") -> Path:
    """An iterator over such elements, of which the verifier is to trust those fields."""
    path = folder / "mine.yaml"
    text = (LETTER / "process.yaml").read_text().replace("iterator: process", "iterator: mine")
    given = re.search(r"^element: .*$", text, re.MULTILINE)[0]
    path.write_text(
        text.replace(given, f"element: {{type: {element}, lifetime: rcu, trusted: {{{fields}}}}}")
    )
    return path


def listed(tree: Path, kind: str, struct: str) -> list[str]:
    """The fields of a struct in one of the verifier's lists, which must be in the BTF then."""
    text = (tree / VERIFIER).read_text()
    name = f"BTF_TYPE_SAFE_{kind}(struct {struct})"
    assert text.count(f"{name} {{\n") == text.count(f"\tBTF_TYPE_EMIT({name});\n") == 1
    return text.partition(f"{name} {{\n")[2].partition("};")[0].splitlines()


def test_a_field_joins_those_of_its_struct(tree, tmp_path):
    assert apply(tree, with_fields(tmp_path, "signal: {type: struct signal_struct *}")) == 0
    fields = listed(tree, "RCU", "task_struct")
    assert fields[-1] == "\tstruct signal_struct *signal;" and len(fields) == 5
    first = snapshot(tree)
    git(tree, "add", "-A")
    git(tree, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "add it")
    for path in (tree / ".git/kiter").rglob("*.json"):
        path.unlink()
    assert apply(tree, tmp_path / "mine.yaml") == 0 and snapshot(tree) == first


def test_a_struct_joins_the_others_of_its_kind(tree, tmp_path):
    spec = with_fields(tmp_path, "mm: {type: struct mm_struct *, nullable: true}")
    assert apply(tree, spec) == 0
    assert listed(tree, "RCU_OR_NULL", "task_struct") == ["\tstruct mm_struct *mm;"]
    assert len(listed(tree, "RCU", "task_struct")) == 4


def test_what_the_kernel_has_is_not_put_there_again(tree, tmp_path):
    assert apply(tree, with_fields(tmp_path, "group_leader: {type: struct task_struct *}")) == 0
    assert VERIFIER not in git(tree, "diff", "--name-only").split()


def test_a_field_that_is_in_another_list_is_refused(tree, tmp_path, capsys):
    before = snapshot(tree)
    assert (
        apply(tree, with_fields(tmp_path, "group_leader: {type: struct task_struct *, nullable: true}")) == 1
    )
    assert "has this field of struct task_struct in another list" in capsys.readouterr().err
    assert snapshot(tree) == before
