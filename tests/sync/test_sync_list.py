# SPDX-License-Identifier: GPL-2.0-only
"""`kiter list`, and whether BTF is sound: a kernel's BTF and its sources tell the same of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kiter import tools
from kiter.cli.main import main
from kiter.kernel import btf_files
from kiter.target.profile import releases
from tools.kernel_trees import READ, copied

ROOT = Path(__file__).parents[2]
# small BTF of a kernel: %s stands for the implicit argument and what is said of new()
KERNEL = """
typedef unsigned long long u64;
struct bpf_iter_scx_dsq { u64 __opaque[6]; } __attribute__((aligned(8)));
struct bpf_prog_aux { int x; };
struct task_struct { int pid; };
#define TAG __attribute__((btf_decl_tag("bpf_kfunc")))
%s int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags%s) { return 0; }
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) { return 0; }
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) { }
int bpf_iter_scx_dsq_new_impl(struct bpf_iter_scx_dsq *it, const struct bpf_prog_aux *aux) { return 0; }
"""
AUX = ", const struct bpf_prog_aux *aux"


def run(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([*map(str, words)])
    return (status, *capsys.readouterr())


def btf(tmp_path: Path, *parts: str) -> Path:
    """An object with the BTF of that C."""
    (tmp_path / "k.c").write_text(KERNEL % parts)
    clang = tools.require_clang().path
    words = [clang, "-target", "bpf", "-g", "-O1", "-c", "-o", tmp_path / "k.o", tmp_path / "k.c"]
    subprocess.run(words, check=True)
    return tmp_path / "k.o"


@pytest.mark.parametrize(
    ("parts", "cause"),
    [(("", AUX), "no bpf_kfunc tags"), (("TAG", AUX), "resolve_btfids did not")],
    ids=["untagged", "tagged"],
)
def test_implicit_arguments_in_public_prototypes_are_told_as_what_they_are(capsys, tmp_path, parts, cause):
    kernel = btf(tmp_path, *parts)
    spec = tmp_path / "scx_dsq.yaml"
    status, _, err = run(capsys, "sync", "--btf", kernel, "--target", "7.3", ROOT / "specs/scx_dsq.yaml")
    # findings are told in the order of their files, and where those lie differs
    (told,) = [line for line in err.splitlines() if "error[D15]" in line]
    assert status == 1 and told.startswith(f"{kernel}: ") and "bpf_iter_scx_dsq_new()" in told
    assert cause in told and "bpf_iter_scx_dsq_new_impl" not in err
    assert "bpf_iter_scx_dsq_new() of scx_dsq" not in err, "the spec is not to blame"
    status, _, err = run(capsys, "import", "scx_dsq", "--btf", kernel, "-o", spec)
    assert status == 0 and "warning[D15]" in err
    assert "    implicit: true\n" in spec.read_text()
    assert run(capsys, "lint", "--target", "7.3", spec)[0] == 0
    status, out, err = run(capsys, "list", "--btf", kernel)
    assert status == 0 and "warning[D15]" in err and "u64 flags);" in out


@pytest.mark.parametrize("parts", [("", ""), ("TAG", ""), ("", ", struct bpf_prog_aux *aux__prog")])
def test_sound_btf_is_not_blamed(capsys, tmp_path, parts):
    kernel = btf(tmp_path, *parts)
    assert "D15" not in run(capsys, "list", "--btf", kernel)[2]
    assert "D15" not in run(capsys, "import", "scx_dsq", "--btf", kernel, "-o", tmp_path / "x.yaml")[2]


SOURCES = {source.release: source for source in btf_files.known()}
KERNELS = [(target, one) for target in releases() for one in SOURCES if one.startswith(f"{target}.")]


def listed(capsys, *words: object) -> dict[str, dict[str, object]]:
    status, out, err = run(capsys, "list", *words, "--format", "json")
    assert (status, err) == (0, "[]\n")
    return {one["name"]: one for one in json.loads(out)["iterators"]}


@pytest.mark.parametrize(("target", "release"), KERNELS)
def test_sources_and_btf_of_a_kernel_say_the_same(capsys, tmp_path, target, release):
    tree = copied(target, READ, tmp_path / "tree")
    if tree is None:
        pytest.skip(f"no sources of Linux {target} here")
    of_tree, of_btf = listed(capsys, "--tree", tree), listed(capsys, "--kernel", release)
    both = {name for name in of_tree if of_tree[name]["open_coded"]} & of_btf.keys()
    assert {"task", "css", "num"} <= both
    aspects = ("open_coded", "element", "bytes", "kfuncs", "sets", "programs", "filtered", "since", "spec")
    for name in both:
        assert {a: of_tree[name][a] for a in aspects} == {a: of_btf[name][a] for a in aspects}
        assert (tree / str(of_tree[name]["file"])).is_file()
    context = ["struct task_struct *task", "u32 fd", "struct file *file"]
    assert of_tree["task_file"]["context"] == of_btf["task_file"]["context"] == context
    assert not of_btf["task_file"]["open_coded"] and of_btf["task_file"]["section"]


def test_the_table_has_both_forms_and_what_a_spec_says(capsys):
    status, out, err = run(capsys, "list", "--kernel", "6.12")
    assert (status, err) == (0, "")
    rows = {line.split()[0]: line for line in out.splitlines()[2:] if not line.startswith(" ")}
    assert 'bpf_for_each, SEC("iter/")  struct task_struct *' in rows["task"]
    assert "any" in rows["task"] and "6.7" in rows["task"] and "task.yaml" in rows["task"]
    assert "    int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end);\n" in out
    assert "    new(): KF_TRUSTED_ARGS | KF_RCU_PROTECTED\n" in out
    assert '    SEC("iter/task_vma"): struct task_struct *task, struct vm_area_struct *vma\n' in out


def test_the_kernel_that_runs_here_is_listed_with_its_modules(capsys, tmp_path, monkeypatch):
    """A folder as /sys/kernel/btf is; the module's own BTF is an object's, which needs no base."""
    running = tmp_path / "btf"
    running.mkdir()
    monkeypatch.setattr(btf_files, "RUNNING", running)
    status, _, err = run(capsys, "list", "--running")
    assert status == 2 and "error[E18]" in err
    (running / "vmlinux").write_bytes(btf(tmp_path, "TAG", "").read_bytes())
    (running / "bpf_testmod").write_bytes(b"\x9f\xeb\1\0nothing whole")
    status, out, err = run(capsys, "list", "--running")
    assert (status, out) == (2, "") and "error[R40]" in err and "bpf_testmod" in err
    (running / "bpf_testmod").unlink()
    status, out, _ = run(capsys, "list", "--running")
    assert status == 0 and "scx_dsq" in out and "BTF alone does not say the flags" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--btf", __file__], "R40"),
        (["--btf", "/nonexistent/vmlinux"], "E22"),
        (["--kernel", "2.6"], "E18"),
        (["--tree", "/nonexistent/linux"], "E22"),
        (["--tree", str(ROOT)], "A01"),
    ],
)
def test_what_is_in_the_way_is_one_error(capsys, words, code):
    status, out, err = run(capsys, "list", *words)
    assert (status, out) == (2, "")
    assert err.count("error[") == 1 and f"error[{code}]" in err


def test_a_wrong_spec_hides_no_iterator(capsys, tmp_path, monkeypatch):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/task.yaml").write_text("iterator: 5\n")
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "list", "--kernel", "6.12")
    assert status == 1 and "specs/task.yaml:1:11: error[" in err and "\ntask " in out
