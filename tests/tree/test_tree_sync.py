# SPDX-License-Identifier: GPL-2.0-only
"""`kiter sync` beside sources and pages: what drifts is told with both places, what kiter made is fixed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tree_support import LETTER, ROOT, apply, snapshot

from kiter.cli.main import main
from kiter.target.profile import nearest
from tools.kernel_trees import BPF, git

SPECS = sorted(str(path) for path in (ROOT / "specs").glob("*.yaml"))
CSS, TASK = str(ROOT / "specs/css.yaml"), str(ROOT / "specs/task.yaml")
IDS, NEXT = "kernel/bpf/helpers.c", "bpf_iter_task_next, KF_ITER_NEXT"
TASK_ARGUMENTS = "struct task_struct *task__nullable, unsigned flags"
TASK_C, HEADER = "kernel/bpf/task_iter.c", f"{BPF}/bpf_experimental.h"


def sync(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["sync", *map(str, words)])
    return (status, *capsys.readouterr())


def version(tree: Path) -> str:
    lines = (tree / "Makefile").read_text().splitlines()
    found = dict(line.split(" = ") for line in lines if line.startswith(("VERSION", "PATCHLEVEL")))
    return f"{found['VERSION']}.{found['PATCHLEVEL']}"


def change(tree: Path, path: str, old: str, new: str) -> None:
    text = (tree / path).read_text()
    assert old in text, f"{old} is not in {path}"
    (tree / path).write_text(text.replace(old, new))


def test_the_specs_are_in_step_with_the_sources(capsys, sources):
    status, out, err = sync(capsys, "--tree", sources)
    assert (status, err) == (0, "")
    assert f"beside what is generated for Linux {nearest(version(sources)).release}" in out
    assert out.count("the same to BPF programs") >= 7
    assert "without kernel-doc in the sources: css," in out


def test_specs_of_an_older_kernel_have_drifted(capsys, sources):
    if version(sources) != "7.3":
        pytest.skip("this is the older kernel")
    status, _, err = sync(capsys, "--tree", sources, "--target", "6.12", "--format", "json", *SPECS)
    found = {(d["code"], d["message"]) for d in json.loads(err)}
    assert status == 1
    assert ("D07", "values accepted by bpf_iter_css_new of css: not as in the kernel") in found
    assert ("D02", "flags of bpf_iter_bits_new of bits: not as in the kernel") in found
    assert ("D02", "flags of bpf_iter_num_next of num: not as in the kernel") in found
    reasons = " ".join(d["reason"] for d in json.loads(err))
    for new in ("BPF_CGROUP_ITER_CHILDREN", "KF_PERFMON", "KF_SPINLOCK_SAFE"):
        assert new in reasons


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "said"),
    [
        (TASK_C, "case BPF_TASK_ITER_ALL_THREADS:", "case BPF_TASK_ITER_SOME:", "D07", "BPF_TASK_ITER_SOME"),
        (TASK_C, "BPF_TASK_ITER_ALL_THREADS,", "BPF_TASK_ITER_OTHER,", "D04", f"{TASK_C}:"),
        (TASK_C, "struct task_struct *task__nullable", "struct task_struct *task", "D01", "task__nullable"),
        (HEADER, "extern int bpf_iter_task_new(", "extern int bpf_iter_task_now(", "D06", f"{HEADER}: none"),
        (HEADER, "struct task_struct *task, unsigned int flags)", "struct task_struct *task)", "D06", HEADER),
        (IDS, f"{NEXT} | KF_RET_NULL", NEXT, "D02", f"{IDS}:"),
    ],
)
def test_drift_names_both_places(capsys, plain, path, old, new, code, said):  # noqa: PLR0917 - fixtures
    change(plain, path, old, new)
    status, _, err = sync(capsys, "--tree", plain, TASK)
    assert status == 1
    assert f"{TASK}:3:11: error[{code}]" in err and "   spec: " in err
    assert said in err


def test_kernel_doc_of_other_arguments_is_told(capsys, plain):
    change(plain, "kernel/bpf/helpers.c", " * @nr_words:", " * @words:")
    status, _, err = sync(capsys, "--tree", plain, ROOT / "specs/bits.yaml")
    assert status == 1 and "error[D08]" in err and "it, unsafe_ptr__ign, words" in err
    lines = (plain / IDS).read_text().splitlines()
    said = re.search(rf"{IDS}:(\d+): it, ", err)
    assert said and lines[int(said[1]) - 1] == "/**", "the place is that of the comment"
    assert "@words" in "".join(lines[int(said[1]) : int(said[1]) + 5])


def test_the_same_type_in_other_words_is_no_drift(capsys, plain):
    change(plain, TASK_C, "struct task_struct *task__nullable, unsigned int flags", TASK_ARGUMENTS)
    assert sync(capsys, "--tree", plain, TASK)[0] == 0


def test_a_kfunc_that_is_gone_is_told(capsys, plain):
    change(plain, TASK_C, "__bpf_kfunc int bpf_iter_task_new(", "__bpf_kfunc int bpf_iter_task_now(")
    status, _, err = sync(capsys, "--tree", plain, TASK, CSS)
    assert status == 1 and "bpf_iter_task_new() of task: the kernel lacks it" in err


def test_an_id_that_is_gone_is_missed_where_the_ids_are(capsys, plain):
    change(plain, IDS, "BTF_ID_FLAGS(func, bpf_iter_task_destroy, KF_ITER_DESTROY)\n", "")
    status, _, err = sync(capsys, "--tree", plain, TASK)
    assert status == 1 and f"{IDS}: none" in err


def test_a_known_difference_that_is_no_more_is_told(capsys, plain):
    file = "kernel/sched/ext.c" if (plain / "kernel/sched/ext.c").is_file() else "kernel/sched/ext/ext.c"
    change(plain, file, "\tu64\t\t\t\t__opaque[6];", "\t__u64 __opaque[6];")
    status, _, err = sync(capsys, "--tree", plain, ROOT / "specs/scx_dsq.yaml")
    assert status == 1 and "error[D05]" in err and "struct bpf_iter_scx_dsq of scx_dsq" in err


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def spec(tmp_path) -> Path:
    copy = tmp_path / "css.yaml"
    copy.write_text(Path(CSS).read_text())
    return copy


@pytest.fixture
def docs(tmp_path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def test_a_missing_page_is_told_and_written(capsys, spec, docs):
    status, _, err = sync(capsys, "--docs", docs, spec)
    assert status == 1 and "error[D09]: the page of css is missing" in err
    assert not list(docs.iterdir())
    assert sync(capsys, "--docs", docs, "--write", spec)[0] == 0
    assert sync(capsys, "--docs", docs, spec)[0] == 0


def test_the_list_of_iterators_is_kept_too(capsys, spec, docs):
    listed = docs / "open_coded_iterators.rst"
    sync(capsys, "--docs", docs, "--write", spec)
    assert sync(capsys, "--docs", docs, "--write", TASK)[0] == 0
    assert listed.read_text().index("bpf_iter_css.rst") < listed.read_text().index("bpf_iter_task.rst")
    change(docs, listed.name, "- 6.7", "- 6.6")
    status, _, err = sync(capsys, "--docs", docs, "--write", spec)
    assert status == 1 and "the list of iterators is edited manually" in err
    listed.write_text("A list of mine.\n")
    assert sync(capsys, "--docs", docs, "--write", spec)[0] == 1
    assert listed.read_text() == "A list of mine.\n"


def test_a_stale_page_is_told_at_its_line_and_fixed(capsys, spec, docs):
    sync(capsys, "--docs", docs, "--write", spec)
    page = docs / "bpf_iter_css.rst"
    line = page.read_text().splitlines().index("    The css where the walk starts.") + 1
    spec.write_text(spec.read_text().replace("the css where the walk starts", "where it begins"))
    status, _, err = sync(capsys, "--docs", docs, spec)
    assert status == 1 and f"{page}:{line}: error[D09]: the page of css is stale" in err
    status, out, _ = sync(capsys, "--docs", docs, "--write", spec)
    assert status == 0 and f"fixed {page}" in out
    assert "Where it begins." in page.read_text()


@pytest.mark.parametrize("first", [True, False], ids=["edited", "foreign"])
def test_what_a_person_wrote_is_never_written(capsys, spec, docs, first):
    if first:
        sync(capsys, "--docs", docs, "--write", spec)
    page = docs / "bpf_iter_css.rst"
    page.write_text("By hand.\n")
    status, _, err = sync(capsys, "--docs", docs, "--write", spec, TASK)
    assert status == 1 and "the page of css is edited manually, or not kiter's" in err
    assert page.read_text() == "By hand.\n"
    assert (docs / "bpf_iter_task.rst").is_file(), "the others are written all the same"


# --- what was put into a tree --------------------------------------------------------------------


def test_what_kiter_put_in_follows_its_spec(capsys, tree, tmp_path):
    spec = tmp_path / "letter_task.yaml"
    spec.write_text((LETTER / "letter_task.yaml").read_text())
    assert apply(tree, spec) == 0
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "an iterator")
    assert sync(capsys, "--tree", tree, spec)[0] == 0
    unsigned = spec.read_text().replace("    # kiter: allow L08, as the letter has it\n", "")
    spec.write_text(unsigned.replace("type: int", "type: u64"))
    assert sync(capsys, "--tree", tree, spec)[0] == 1
    status, out, err = sync(capsys, "--tree", tree, "--write", spec)
    assert (status, err) == (0, "")
    assert "fixed" in out and HEADER in out


def test_a_page_that_apply_wrote_is_stale_and_not_edited(capsys, tree, tmp_path):
    spec = tmp_path / "process.yaml"
    spec.write_text((LETTER / "process.yaml").read_text())
    assert apply(tree, spec) == 0
    docs = tree / "Documentation/bpf"
    spec.write_text(spec.read_text().replace("over all processes", "over every process"))
    status, _, err = sync(capsys, "--tree", tree, "--docs", docs, spec)
    assert status == 1 and "the page of process is stale" in err and "the list of iterators is stale" in err
    (docs / "bpf_iter_process.rst").write_text("By hand.\n")
    status, _, err = sync(capsys, "--tree", tree, "--docs", docs, spec)
    assert status == 1 and "the page of process is edited manually" in err and "--force" not in err


def test_what_a_kernel_has_by_hand_is_never_written(capsys, tree):
    change(tree, HEADER, "extern int bpf_iter_task_new(", "extern int bpf_iter_task_now(")
    git(tree, "commit", "-qam", "drift")
    before = snapshot(tree)
    assert sync(capsys, "--tree", tree, "--write", TASK)[0] == 1
    assert snapshot(tree) == before


# --- what stops it -------------------------------------------------------------------------------


def test_nothing_to_compare_with(capsys):
    status, _, err = sync(capsys, CSS)
    assert status == 2 and "error[D12]" in err


def test_no_tree_and_no_folder_of_pages(capsys, tmp_path):
    status, _, err = sync(capsys, "--tree", tmp_path, CSS)
    assert status == 2 and "error[A01]" in err
    status, _, err = sync(capsys, "--docs", tmp_path / "none", "--write", CSS)
    assert status == 2 and "error[D13]" in err
    assert list(tmp_path.iterdir()) == []


def test_a_tree_without_documentation_is_compared_all_the_same(capsys, plain):
    for page in sorted((plain / "Documentation").rglob("*"), reverse=True):
        page.rmdir() if page.is_dir() else page.unlink()
    assert sync(capsys, "--tree", plain, CSS)[0] == 0
    status, _, err = sync(capsys, "--tree", plain, "--docs", plain / "Documentation/none", CSS)
    assert status == 2 and "error[D13]" in err


def test_sources_that_are_no_c_are_no_traceback(capsys, plain):
    (plain / TASK_C).write_bytes(b"\xff\x00 __bpf_kfunc int bpf_iter_task_new(\n" * 50)
    status, _, err = sync(capsys, "--tree", plain, TASK)
    assert status in (1, 2) and "error[" in err


# --- what only sources show ----------------------------------------------------------------------

CGROUP_C, EARLY = "kernel/bpf/cgroup_iter.c", "\tkit->start = NULL;\n"


@pytest.mark.parametrize(
    ("spec", "path", "old", "new", "said"),
    [
        ("css_task", TASK_C, "#ifdef CONFIG_CGROUPS", "#ifdef CONFIG_MEMCG", f"{TASK_C}:"),
        ("css", IDS, "#ifdef CONFIG_CGROUPS", "#ifdef CONFIG_MEMCG", f"{IDS}:"),
        ("css", "kernel/bpf/Makefile", "ifeq ($(CONFIG_CGROUPS),y)", "ifeq ($(CONFIG_MEMCG),y)", CGROUP_C),
    ],
)
def test_another_option_round_it_is_told(capsys, plain, spec, path, old, new, said):  # noqa: PLR0917 - fixtures
    change(plain, path, old, new)
    status, _, err = sync(capsys, "--tree", plain, ROOT / f"specs/{spec}.yaml")
    assert status == 1 and "error[D16]" in err and "spec: CONFIG_CGROUPS" in err
    assert re.search(rf" {re.escape(said)}\d*:? ?CONFIG_MEMCG| {re.escape(said)}\S* CONFIG_MEMCG", err), err


def test_an_iterator_of_the_tree_without_a_spec_is_named(capsys, plain):
    file = plain / "drivers/mine/mine.c"
    file.parent.mkdir(parents=True)
    file.write_text(
        "BTF_KFUNCS_START(mine_ids)\nBTF_ID_FLAGS(func, bpf_iter_mine_new, KF_ITER_NEW)\n"
        "BTF_KFUNCS_END(mine_ids)\n"
    )
    assert "  mine           no spec\n" in sync(capsys, "--tree", plain)[1]
    assert "no spec" not in sync(capsys, "--tree", plain, TASK)[1], "nobody asked for others"


def test_a_value_refused_outside_the_switch_is_told(capsys, plain):
    text = (plain / TASK_C).read_text()
    begin = text.index("bpf_iter_task_new(struct bpf_iter_task *it,")
    at = text.index("\tswitch (flags) {", begin)
    refusal = "\tif (flags == BPF_TASK_ITER_ALL_THREADS)\n\t\treturn -EINVAL;\n"
    (plain / TASK_C).write_text(text[:at] + refusal + text[at:])
    status, _, err = sync(capsys, "--tree", plain, TASK)
    assert status == 1 and "error[D07]" in err
    said = next(line for line in err.splitlines() if f"   {TASK_C}:" in line)
    assert "BPF_TASK_ITER_ALL_PROCS" in said and "BPF_TASK_ITER_ALL_THREADS" not in said
    (plain / TASK_C).write_text(text[:at] + refusal.replace(")\n", " && !task__nullable)\n") + text[at:])
    assert sync(capsys, "--tree", plain, TASK)[0] == 0, "it depends on another argument"


def test_a_list_that_no_toctree_has_is_told(capsys, plain):
    assert apply(plain, LETTER / "process.yaml") == 0
    index = plain / "Documentation/bpf/index.rst"
    words = ("--tree", plain, TASK)
    assert "D17" not in sync(capsys, *words)[2]
    change(plain, "Documentation/bpf/index.rst", "   open_coded_iterators\n", "")
    status, _, err = sync(capsys, *words)
    row = index.read_text().splitlines().index("   bpf_iterators") + 1
    assert status == 1 and f"{index}:{row}: error[D17]" in err
    assert "D17" in sync(capsys, "--docs", index.parent, TASK)[2]


def test_the_index_of_pages_gets_the_line_of_the_list(capsys, tmp_path):
    index = tmp_path / "index.rst"
    index.write_text(".. toctree::\n\n   bpf_iterators\n   other\n")
    status, out, err = sync(capsys, "--docs", tmp_path, "--write", TASK)
    assert (status, err) == (0, "") and f"fixed {index}\n" in out
    assert index.read_text() == ".. toctree::\n\n   bpf_iterators\n   open_coded_iterators\n   other\n"
    assert "fixed" not in sync(capsys, "--docs", tmp_path, "--write", TASK)[1]
