# SPDX-License-Identifier: GPL-2.0-only
"""Iterators in C: what is said of those that kiter emits, and of hand-written ones."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.csource import seq_operations
from kiter.csource.source import Source
from kiter.fix import sources
from kiter.lint import examples
from kiter.lint.source.check import check
from kiter.lint.source.table import FILES, TRIO
from kiter.target.profile import profile
from tools.kernel_trees import extract, readers

ROOT = Path(__file__).parents[2]
SHOWING = sorted((ROOT / "tests" / "errors" / "source").glob("*.c"))
# Where Linux has its open-coded iterators, and their BTF ids.
KERNEL = {
    "6.12": ["bpf/bpf_iter.c", "bpf/cgroup_iter.c", "bpf/task_iter.c", "bpf/helpers.c", "sched/ext.c"],
    "7.3": [
        *("bpf/bpf_iter.c", "bpf/cgroup_iter.c", "bpf/task_iter.c", "bpf/helpers.c", "sched/ext/ext.c"),
        *("bpf/kmem_cache_iter.c", "bpf/dmabuf_iter.c"),
    ],
}
EXPECTED = re.compile(r" // # error.*")
RESTARTING = {"6.12": {"css", "scx_dsq", "task_vma"}, "7.3": {"css", "dmabuf", "scx_dsq", "task_vma"}}


def test_every_rule_is_shown_to_fire():
    shown = {code for path in SHOWING for code in re.findall(r"# error\[(I\d+)\]", path.read_text("utf-8"))}
    assert shown == {*TRIO.rules, *FILES.rules}


@pytest.mark.parametrize("rule", [*TRIO.rules.values(), *FILES.rules.values()], ids=lambda r: r.code)
def test_every_rule_is_told_well(rule):
    for text in (rule.title, rule.reason, rule.hint):
        assert text == text.strip() and not text.endswith(".")
    assert len(rule.title) <= 80


@pytest.mark.parametrize("release", ["6.12", "7.3"])
def test_what_kiter_emits_has_nothing_to_report(release):
    files = [str(p) for p in (ROOT / "out" / release / "kernel").rglob("*.c")]
    names, found = check(files, profile(release))
    assert {"task", "css", "process", "num", "bits", "scx_dsq"} <= set(names)
    # The node of scx_dsq is in the state, as in the kernel's own: it must be in the list between the calls.
    assert {d.at.file.rpartition("/")[2] for d in found if d.code == "I23"} <= {"scx_dsq.c"}
    # A reader of SRCU may be one from new() to destroy(), which is advised against and done on purpose here.
    assert {d.at.file.rpartition("/")[2] for d in found if d.code == "I09"} <= {"wakeup_source_iter.c"}
    assert all(d.severity == "warning" for d in found)
    assert [d for d in found if d.code not in {"I09", "I23"}] == []


def _kernel(release: str) -> list[str]:
    """The kernel's own files, from its sources where this machine has them."""
    folder = extract(release)
    if folder is None:
        pytest.skip(f"no sources of Linux {release}: `kiter kernels fetch {release}`")
    return [str(folder / "kernel" / name) for name in KERNEL[release]]


@pytest.mark.parametrize("release", ["6.12", "7.3"])
def test_the_kernels_own_that_start_again_are_named(release):
    files = _kernel(release)
    names, found = check(files, profile(release))
    assert {"num", "css", "css_task", "task", "task_vma", "bits", "scx_dsq"} <= set(names)
    lines = {(d.at.file, d.at.line) for d in found if d.code == "I02" and d.severity == "error"}
    restarting = {name for name in names if any(_inside(name, *place) for place in lines)}
    assert restarting == RESTARTING[release]


def _inside(name: str, file: str, line: int) -> bool:
    """Whether a line of a file is in the next() of an iterator."""
    before = Path(file).read_text("utf-8").split("\n")[:line]
    functions = re.findall(r"__bpf_kfunc[^;{}]*?bpf_iter_(\w+?)_(?:new|next|destroy)\(", "\n".join(before))
    return bool(functions) and functions[-1] == name


@pytest.mark.parametrize(("release", "many"), [("6.12", 17), ("7.3", 20)])
def test_the_kernels_own_files_by_read_have_no_error(release, many):
    """Those of tasks, maps, programs, links, cgroups, symbols and sockets."""
    files = readers(release)
    if not files:
        pytest.skip(f"no sources of Linux {release}: `kiter kernels fetch {release}`")
    read = (Source(path, Path(path).read_text("utf-8")) for path in files)
    found = [one for source in read for one in seq_operations.read(source)]
    assert len({one.name for one in found}) == many
    assert {what for one in found for what in one.given} == {"start", "next", "stop", "show"}
    assert [d for d in check(files, profile(release))[1] if d.code in {"I60", "I61", "I62"}] == []


SEQ = SHOWING[0].with_name("kept") / "i60_position.c"
SEQ_ADVANCE, SEQ_SHOW, SEQ_DROP = "\t++*pos;\n\tinfo->nr++", "x ? x->nr : 0", "mutex_unlock(&x_mutex)"


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (SEQ_ADVANCE, "\t(*pos)++;\n\tinfo->nr++", []),
        (SEQ_ADVANCE, "\t*pos = info->nr++", []),
        (SEQ_ADVANCE, "\tx_advance(info, pos)", []),
        (SEQ_ADVANCE, "\tinfo->nr = *pos", ["I60"]),
        (SEQ_ADVANCE, "\tinfo->nr++;\n\tif (*pos > 3)\n\t\tinfo->nr--", ["I60"]),
        (SEQ_SHOW, "x_nr(x)", []),
        (SEQ_SHOW, "((struct x *)v)->nr", ["I61"]),
        (SEQ_SHOW, "x->nr", ["I61"]),
        (SEQ_DROP, "x_release(&x_mutex)", []),
        (SEQ_DROP, "mutex_unlock(x_of(seq))", []),
        (SEQ_DROP, "spin_unlock(&x_lock)", ["I62"]),
        (SEQ_DROP, "x_count(seq)", ["I62"]),
    ],
)
def test_what_the_operations_of_a_file_do_is_judged_by_what_is_seen(tmp_path, old, new, codes):
    text = SEQ.read_text("utf-8")
    assert old in text
    path = tmp_path / "x.c"
    path.write_text(text.replace(old, new))
    assert [d.code for d in check([str(path)], profile("7.3"))[1]] == codes


def test_the_command_names_the_operations_of_a_file_without_iterators(capsys):
    assert main(["lint", "--kernel-source", str(SEQ)]) == 0
    assert "no error in x_seq_ops" in capsys.readouterr().out


def test_the_command_fails_for_an_error(capsys):
    path = ROOT / "tests" / "errors" / "source" / "i02_restart.c"
    assert main(["lint", "--kernel-source", str(path)]) == 1
    assert "error[I02]" in capsys.readouterr().err
    assert main(["lint", "--target", "6.12", "--kernel-source", str(path.with_name("good.c"))]) == 0
    assert "no error in x" in capsys.readouterr().out
    assert main(["lint", "--kernel-source", str(path.with_name("none.c"))]) == 2


FIX = 14  # lines that may differ between what breaks a rule and what its hint makes of it


@pytest.mark.parametrize("path", [path for path in SHOWING if path.name != "good.c"], ids=lambda p: p.stem)
def test_what_a_hint_leads_to_has_no_error(path):
    """The C that keeps a rule is what comes of the bad one by the hint, and nothing else of it changes."""
    right = examples.right(path)
    lines = (
        text.splitlines() for text in (EXPECTED.sub("", path.read_text("utf-8")), right.read_text("utf-8"))
    )
    changed = [line for line in difflib.ndiff(*lines) if line[0] in "-+"]
    assert len(changed) <= FIX
    _, found = check([str(right)], profile("6.12"))
    code = re.findall(r"# error\[(I\d+)\]", path.read_text("utf-8"))[0]
    assert [d for d in found if d.severity == "error" or d.code == code] == []


def _fixed(path: Path, release: str) -> list[str]:
    """Let --fix fix a file; the codes of what it has fixed."""
    done: list[str] = []
    for _, one in sources([str(path)], profile(release)):
        path.write_text(one.text)
        done += [d.code for d in one.done]
    return done


def _errors(path: Path, release: str) -> list[str]:
    return [d.code for d in check([str(path)], profile(release))[1] if d.severity == "error"]


OLDER = (SHOWING[0].with_name("good.c")).read_text("utf-8") + "\nMODULE_IMPORT_NS(DMA_BUF);\n"


def test_fix_ports_a_file_from_one_kernel_to_the_other_and_back(tmp_path):
    path = tmp_path / "x.c"
    path.write_text(OLDER)
    assert _errors(path, "6.12") == [] and _errors(path, "7.3") == ["I38", "I51"]
    assert _fixed(path, "7.3") == ["I38", "I51"] and _errors(path, "7.3") == []
    assert "TRUSTED" not in path.read_text() and 'MODULE_IMPORT_NS("DMA_BUF");' in path.read_text()
    assert _fixed(path, "6.12") == ["I28", "I51"]
    assert path.read_text() == OLDER


SLIPS = [
    ("7.3", "KF_RET_NULL", "KF_RET_NULL | KF_TRUSTED_ARGS", ["I38"]),
    ("6.12", "KF_ITER_DESTROY)", "KF_ITER_DESTROY | KF_SPINLOCK_SAFE)", ["I38"]),
    ("6.12", "KF_RET_NULL", "KF_FASTCALL | KF_RET_NULL", ["I38"]),
    ("6.12", "KF_RET_NULL", "KF_RET_NUL", ["I38"]),
    ("6.12", "BTF_KFUNCS_", "BTF_SET8_", ["I39", "I39"]),
    ("6.12", "BTF_KFUNCS_", "BTF_SET_", ["I39", "I39"]),
    ("6.12", "__bpf_kfunc void", "void", ["I49"]),
    ("6.12", "task: where", "task__opt: where", ["I48"]),
    ("7.3", "unsigned int flags)", "unsigned int flags, struct bpf_prog_aux *aux)", ["I52"]),
]


@pytest.mark.parametrize(("release", "old", "new", "codes"), SLIPS)
def test_fix_leaves_no_error_and_nothing_to_fix(tmp_path, release, old, new, codes):
    path = tmp_path / "x.c"
    path.write_text(OLDER)
    _fixed(path, release)
    assert old in path.read_text()
    bad = path.read_text().replace(old, new)
    if "task__opt" in new:
        bad = bad.replace("struct task_struct *task,", "struct task_struct *task__opt,")
        bad = bad.replace("= task;", "= task__opt;")
    path.write_text(bad)
    assert set(_errors(path, release)) >= set(codes)
    assert [code for code in _fixed(path, release) if code in codes] == codes
    assert _errors(path, release) == [] and _fixed(path, release) == []


SECTION = """
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	it->idx = foo_srcu_read_lock();
	it->pos = first_foo();
	return 0;
}
__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct foo *pos = it->pos;

	if (pos)
		it->pos = next_foo(pos);
	return pos;
}
__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
%s	foo_srcu_read_unlock(it->idx);
}
"""


@pytest.mark.parametrize(("guard", "codes"), [("", set()), ("\tif (!it->pos)\n\t\treturn;\n", {"I04"})])
def test_a_section_must_end_behind_the_end_of_the_walk_too(tmp_path, guard, codes):
    """To return from destroy() when there is no element leaves the section open, forever."""
    path = tmp_path / "x.c"
    path.write_text(SECTION % guard)
    _, found = check([str(path)], profile("7.3"))
    contract = {d.code for d in found if d.severity == "error" and d.code < "I20"}
    assert contract == codes and "I09" in {d.code for d in found if d.severity == "warning"}


def test_kfuncs_without_any_ids_are_told_of_in_one_warning(tmp_path):
    path = tmp_path / "x.c"
    path.write_text((SHOWING[0].with_name("good.c")).read_text("utf-8").partition("BTF_KFUNCS")[0])
    found = [d for d in check([str(path)], profile("6.12"))[1] if d.code == "I37"]
    assert [(d.severity, d.message) for d in found] == [("warning", "none of the files has the ids of x")]


def test_what_is_nested_too_deeply_is_not_known(tmp_path):
    path = tmp_path / "x.c"
    good = (SHOWING[0].with_name("good.c")).read_text("utf-8")
    deep = "\tif (flags) " * 200 + "return -EINVAL;\n"
    path.write_text(good.replace("\tkit->pos = NULL;\n", f"{deep}\tkit->pos = NULL;\n", 1))
    told = [d for d in check([str(path)], profile("6.12"))[1] if d.severity == "note"]
    assert [(d.code, d.message.partition(",")[0]) for d in told] == [
        ("I01", "not known: what becomes of the state in 'bpf_iter_x_new'")
    ]


def test_a_set_that_begins_otherwise_on_older_kernels_has_its_end(tmp_path):
    path = tmp_path / "x.c"
    good = (SHOWING[0].with_name("good.c")).read_text("utf-8")
    for edge in ("START", "END"):
        new = f"BTF_KFUNCS_{edge}(common_btf_ids)\n"
        good = good.replace(new, f"#ifdef NEW\n{new}#else\nBTF_SET8_{edge}(common_btf_ids)\n#endif\n")
    path.write_text(good)
    assert "I54" not in {d.code for d in check([str(path)], profile("6.12"))[1]}
