# SPDX-License-Identifier: GPL-2.0-only
"""`kiter apply` on extracts of real trees: what goes where, what is refused, that it all comes out again."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from tree_support import CSS, LETTER, apply, snapshot

from kiter import generate
from kiter.output import Kind, Output
from tools.kernel_trees import BPF, git

MINE = str(LETTER / "process.yaml")  # joins task_iter.c
GUARDED = str(LETTER / "letter_css.yaml")  # a file of its own, with a guard
LIST = "Documentation/bpf/open_coded_iterators.rst"
OWN = str(LETTER / "letter_task.yaml")  # a file of its own, without


def added(tree: Path, path: str) -> list[str]:
    """The lines that a file got, as git sees them."""
    lines = git(tree, "diff", "-U0", "--", path).splitlines()
    return [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]


def listed(tree: Path) -> list[str]:
    """The iterators in the table of them all."""
    text = (tree / LIST).read_text()
    return re.findall(r"^   \* - Documentation/bpf/(\w+)\.rst$", text, re.MULTILINE)


def section(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0]


def test_outputs_go_beside_those_of_other_iterators(tree):
    assert apply(tree, MINE, GUARDED) == 0
    ids = section((tree / "kernel/bpf/helpers.c").read_text(), "START(common_btf_ids)", "END(common_btf_ids)")
    guard = section(ids, "#ifdef CONFIG_CGROUPS\nBTF_ID_FLAGS(func, bpf_iter_css_task_new", "#endif")
    assert guard.count("bpf_iter_letter_css_") == 3
    assert "bpf_iter_process_" not in guard and ids.count("bpf_iter_process_") == 3
    assert len(re.findall("^#if", ids, re.MULTILINE)) == ids.count("#endif")
    makefile = (tree / "kernel/bpf/Makefile").read_text()
    assert "+= letter_css_iter.o" in section(makefile, "ifeq ($(CONFIG_CGROUPS),y)", "endif")
    joined = (tree / "kernel/bpf/task_iter.c").read_text()
    assert joined.index("bpf_iter_task_destroy(") < joined.index("bpf_iter_process_new(")
    assert joined.index("bpf_iter_process_destroy(") < joined.index("late_initcall")
    header = (tree / BPF / "bpf_experimental.h").read_text()
    assert header.rindex("bpf_iter_letter_css_destroy") < header.rindex("#endif")
    assert added(tree, "Documentation/bpf/index.rst") == ["   open_coded_iterators"]
    assert listed(tree) == ["bpf_iter_letter_css", "bpf_iter_process"]
    assert (tree / BPF / "prog_tests/process_iter.c").is_file()
    assert (tree / "kernel/bpf/letter_css_iter.c").is_file()


def test_a_second_time_changes_nothing(tree, capsys):
    assert apply(tree, MINE, GUARDED) == 0
    first = snapshot(tree)
    capsys.readouterr()
    assert apply(tree, MINE, GUARDED) == 0
    assert snapshot(tree) == first
    assert "nothing to do" in capsys.readouterr().out


def test_a_list_that_the_tree_has_is_joined(tree):
    """Rows stay where they are, and one of the same iterator is brought up to date."""
    assert apply(tree, OWN) == 0
    page = tree / LIST
    mine = page.read_text().replace("bpf_iter_letter_task", "bpf_iter_aaa").replace("Open-coded", "My own")
    assert apply(tree, "--revert") == 0
    page.write_text(
        mine.replace("   * - D", "   * - Documentation/bpf/bpf_iter_process.rst\n     - Old\n   * - D")
    )
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "a list")
    assert apply(tree, MINE, GUARDED) == 0
    joined = page.read_text()
    assert listed(tree) == ["bpf_iter_letter_css", "bpf_iter_process", "bpf_iter_aaa"]
    assert "My own BPF iterators" in joined and "- Old" not in joined
    assert apply(tree, "--revert") == 0
    assert git(tree, "status", "--porcelain") == ""


def test_the_record_is_not_needed_to_see_that_it_is_there(tree):
    assert apply(tree, MINE) == 0
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "add process")
    for path in (tree / ".git/kiter").rglob("*"):
        if path.is_file():
            path.unlink()
    first = snapshot(tree)
    assert apply(tree, MINE) == 0
    assert snapshot(tree) == first


def test_order_does_not_matter(tree, tmp_path):
    assert apply(tree, MINE) == 0
    assert apply(tree, GUARDED) == 0
    one_by_one = snapshot(tree)
    assert apply(tree, "--revert") == 0
    assert apply(tree, MINE, GUARDED) == 0
    assert snapshot(tree) == one_by_one


def test_revert_takes_out_one_or_all(tree):
    before = snapshot(tree)
    assert apply(tree, MINE) == 0
    only = snapshot(tree)
    assert apply(tree, GUARDED) == 0
    assert apply(tree, "--revert", GUARDED) == 0
    assert snapshot(tree) == only
    assert apply(tree, "--revert") == 0
    assert snapshot(tree) == before
    assert not (tree / ".git/kiter").exists() or not any((tree / ".git/kiter").rglob("*.json"))
    assert git(tree, "status", "--porcelain") == ""


def test_revert_keeps_what_was_committed_elsewhere_in_the_file(tree):
    assert apply(tree, MINE) == 0
    file = tree / "kernel/bpf/task_iter.c"
    file.write_text(file.read_text().replace('"TID"', '"thread"'))
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "mine and more")
    assert apply(tree, "--revert") == 0
    assert "process_new" not in file.read_text() and '"thread"' in file.read_text()


def test_nothing_to_take_out(tree, capsys):
    assert apply(tree, "--revert", MINE) == 1
    assert "A07" in capsys.readouterr().err


def test_diff_shows_and_does_not_touch(tree, capsys):
    before = snapshot(tree)
    assert apply(tree, "--diff", MINE) == 0
    patch = capsys.readouterr().out
    assert snapshot(tree) == before
    subprocess.run(["git", "-C", tree, "apply"], input=patch, text=True, check=True)
    patched = snapshot(tree)
    git(tree, "checkout", "-q", ".")
    git(tree, "clean", "-qfd")
    assert apply(tree, MINE) == 0
    assert snapshot(tree) == patched


@pytest.mark.parametrize("where", ["kernel/bpf/helpers.c", "kernel/bpf/arraymap.c"])
def test_a_dirty_tree_is_refused(tree, where, capsys):
    (tree / where).write_text((tree / where).read_text() + "/* mine */\n")
    before = snapshot(tree)
    assert apply(tree, MINE) == 1
    said = capsys.readouterr().err
    assert "A02" in said and where in said
    assert snapshot(tree) == before


def test_a_merge_under_way_is_refused(tree, capsys):
    (tree / ".git/MERGE_HEAD").write_text(git(tree, "rev-parse", "HEAD"))
    assert apply(tree, MINE) == 1
    assert "a merge is under way" in capsys.readouterr().err


def test_an_edit_in_a_generated_region_is_kept(tree, capsys):
    assert apply(tree, MINE) == 0
    file = tree / "kernel/bpf/task_iter.c"
    file.write_text(file.read_text().replace("kit->pos = &init_task;", "kit->pos = current;"))
    edited = snapshot(tree)
    capsys.readouterr()
    assert apply(tree, MINE, GUARDED) == 1
    said = capsys.readouterr().err
    line = 1 + file.read_text().split("\n").index("\tkit->pos = current;")
    assert f"task_iter.c:{line}" in said and "A05" in said
    assert (tree / "kernel/bpf/task_iter.c").read_bytes() == edited["kernel/bpf/task_iter.c"]
    assert (tree / "kernel/bpf/letter_css_iter.c").is_file()


def test_an_edited_region_is_not_taken_out(tree, capsys):
    assert apply(tree, MINE) == 0
    page = tree / "Documentation/bpf/bpf_iter_process.rst"
    page.write_text(page.read_text() + "More.\n")
    edited = snapshot(tree)
    assert apply(tree, "--revert") == 1
    assert "bpf_iter_process.rst" in capsys.readouterr().err
    assert snapshot(tree) == edited


def test_what_git_threw_away_is_put_in_again(tree):
    assert apply(tree, MINE) == 0
    first = snapshot(tree)
    git(tree, "checkout", "-q", ".")
    git(tree, "clean", "-qfd")
    assert apply(tree, MINE) == 0
    assert snapshot(tree) == first


def test_an_iterator_that_the_tree_has_is_refused(tree, capsys):
    before = snapshot(tree)
    assert apply(tree, CSS) == 1
    said = capsys.readouterr().err
    assert "A04" in said and "cgroup_iter.c" in said and "--replace" in said
    assert snapshot(tree) == before


def test_a_file_in_the_way_is_refused(tree, capsys):
    mine = tree / BPF / "progs/process_iter.c"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("/* mine */\n")
    before = snapshot(tree)
    assert apply(tree, MINE) == 1
    assert "A06" in capsys.readouterr().err
    assert snapshot(tree) == before


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("kernel/bpf/helpers.c", "(common_btf_ids)", "(usual_btf_ids)"), "kfunc sets common_btf_ids"),
        (("Documentation/bpf/index.rst", "   bpf_iterators\n", ""), "no index that lists bpf_iterators"),
        (("kernel/bpf/Makefile", "obj-", "lib-"), "no object, beside which"),
        ((LIST, "", "A page of mine.\n"), "no table of iterators"),
    ],
)
def test_a_place_that_is_not_understood_is_refused(plain, edit, said, capsys):
    path, old, new = edit
    text = (plain / path).read_text() if old else ""
    (plain / path).write_text(text.replace(old, new))
    before = snapshot(plain)
    assert apply(plain, MINE, OWN) == 1
    err = capsys.readouterr().err
    assert "A03" in err and said in err and path in err
    assert snapshot(plain) == before


def test_an_object_goes_behind_the_last_where_there_is_none_of_an_iterator(plain):
    makefile = plain / "kernel/bpf/Makefile"
    makefile.write_text(makefile.read_text().replace("_iter.o", "_walk.o"))
    assert apply(plain, OWN) == 0
    before, mine, after = makefile.read_text().partition("obj-$(CONFIG_BPF_SYSCALL) += letter_task_iter.o\n")
    assert mine and "obj-" in before and "obj-" not in after
    assert len(re.findall("^if", before, re.MULTILINE)) == len(re.findall("^endif", before, re.MULTILINE))


def test_what_is_no_kernel_is_refused(tmp_path, capsys):
    assert apply(tmp_path, MINE) == 2
    assert "A01" in capsys.readouterr().err


def test_a_tree_without_git(plain, capsys):
    before = snapshot(plain)
    assert apply(plain, MINE) == 0
    first = snapshot(plain)
    assert apply(plain, MINE) == 0
    assert snapshot(plain) == first
    assert apply(plain, "--revert") == 0
    assert snapshot(plain) == before
    (plain / "kernel/bpf/helpers.c.rej").write_text("")
    assert apply(plain, MINE) == 1
    assert "left by a patch" in capsys.readouterr().err


def test_a_tree_that_cannot_be_written_stays_as_it_is(tree, capsys, monkeypatch):
    before = snapshot(tree)
    replace = os.replace

    def fail(temporary, target):
        if Path(target).name == "process_iter_failure.c":
            raise OSError(28, "No space left on device", str(target))
        return replace(temporary, target)

    monkeypatch.setattr(os, "replace", fail)
    assert apply(tree, MINE) == 2
    assert "A08" in capsys.readouterr().err
    assert snapshot(tree) == before


def test_kfuncs_may_join_the_file_of_their_ids(tree, tmp_path):
    spec = tmp_path / "process.yaml"
    text = (LETTER / "process.yaml").read_text()
    spec.write_text(text.replace("kernel/bpf/task_iter.c", "kernel/bpf/helpers.c"))
    assert apply(tree, spec) == 0
    helpers = (tree / "kernel/bpf/helpers.c").read_text()
    assert helpers.count("BTF_ID_FLAGS(func, bpf_iter_process_new,") == 1
    assert helpers.count("__bpf_kfunc int bpf_iter_process_new(") == 1


def test_a_record_of_another_form_is_refused_and_kept(tree, capsys):
    assert apply(tree, LETTER / "process.yaml") == 0
    record = tree / ".git/kiter/applied.json"
    facts = json.loads(record.read_text())
    for output in facts["applied"][0]["outputs"]:
        del output["fragments"]
        output["text"] = ""
    record.write_text(json.dumps(facts))
    before = snapshot(tree)
    capsys.readouterr()
    assert apply(tree, "--revert") == 1
    assert "error[A08]: the record is not what kiter wrote" in capsys.readouterr().err
    assert snapshot(tree) == before and json.loads(record.read_text()) == facts


SHARED = ("iter_contract.h", "progs/iter_walks.h", "progs/iter_refused.h", "prog_tests/iter_tests.h")


def test_what_tests_share_comes_with_the_first_and_goes_with_the_last(tree):
    assert apply(tree, MINE, GUARDED) == 0
    assert all((tree / BPF / name).is_file() for name in SHARED)
    assert apply(tree, "--revert", MINE) == 0
    assert all((tree / BPF / name).is_file() for name in SHARED)
    assert apply(tree, "--revert") == 0
    assert not any((tree / BPF / name).exists() for name in SHARED)


def test_what_tests_share_is_that_of_the_last_who_came(tree, monkeypatch):
    """The first iterator was put in by another kiter."""
    path = tree / BPF / SHARED[3]
    older = (Output.new(Kind.TEST_HEADER, f"{BPF}/{SHARED[3]}", "/* older */\n"),)
    with monkeypatch.context() as patched:
        patched.setattr(generate, "_test_headers", lambda *_: older)
        assert apply(tree, MINE) == 0
    assert path.read_text() == "/* older */\n"
    assert apply(tree, GUARDED) == 0
    assert path.read_text() != "/* older */\n"
    assert apply(tree, "--revert", GUARDED) == 0
    assert path.read_text() != "/* older */\n"


def test_a_header_of_that_name_by_hand_is_in_the_way(tree, capsys):
    (tree / BPF / SHARED[0]).write_text("/* mine */\n")
    git(tree, "add", "-Af")
    git(tree, "commit", "-qm", "mine")
    assert apply(tree, MINE) == 1
    assert "error[A06]" in capsys.readouterr().err
