# SPDX-License-Identifier: GPL-2.0-only
"""The compile check, with real compilers on real headers."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from kernel_sample import ALONE, FAILURE, KFUNCS, KFUNCS_PATH, PROG, PROG_PATH, TEST, TEST_PATH, edited, ring

from kiter import tools
from kiter.errors import ENVIRONMENT, KiterError, Position
from kiter.kernel.jobs import JobKind
from kiter.output import Type
from kiter.sinks.check import CheckOptions, check


def told(report, code):
    return [found for found in report.diagnostics if found.code == code]


def given(rendered, **material):
    """The same with these parts of its material."""
    return rendered.using(replace(rendered.material, **material))


def kinds(report):
    return {job.kind for job in report.jobs}


def test_true_iterator_passes_everything(options, archive):
    report = check([ring()], options)
    assert report.diagnostics == ()
    assert report.skipped == ()
    of_a_series = {JobKind.AM, JobKind.WHITESPACE}
    assert kinds(report) == set(JobKind) - of_a_series - {JobKind.GUARD_OFF}
    assert {tool.name for tool in report.tools} >= {"bpftool"}


def test_without_sources_our_own_headers_do(sourceless):
    report = check([ring()], sourceless)
    assert report.diagnostics == ()
    assert {skip.what for skip in report.skipped} == {"checkpatch", "kernel-doc"}
    assert "linux-source" in report.skipped[0].reason
    assert any("kiter's own" in note for note in report.notes)


def test_warning_is_told_at_the_snippet(sourceless):
    # next_task() gives a pointer; a snippet of another type draws a warning, not an error
    bad = ring(KFUNCS.replace("next_task(kit->pos)", "kit->pos->pid"))
    use = replace(bad.material.snippets[1], emitted="kit->pos->pid", source="    next: pos->pid")
    found = told(check([given(bad, snippets=(use,))], sourceless), "B01")
    assert [(one.at, one.source) for one in found] == [
        (Position("specs/ring.yaml", 13, 11), "    next: pos->pid")
    ]
    assert "without a cast" in found[0].message


def test_error_outside_snippets_is_told_in_the_emitted_file(sourceless):
    line = KFUNCS.splitlines().index("\tif (!kit->pos)") + 1
    found = told(check([ring(KFUNCS.replace("if (!kit->pos)", "if (!kit->poz)"))], sourceless), "B01")
    assert [(one.at.file, one.at.line, one.at.column) for one in found] == [(KFUNCS_PATH, line, 12)]
    assert found[0].source == "\tif (!kit->poz)"


def test_build_bug_is_seen_and_led_out_of_the_headers(sourceless):
    small = KFUNCS.replace("struct task_struct *pos;", "struct task_struct *pos;\n\tu64 more;")
    found = told(check([ring(small)], sourceless), "B01")
    line = small.splitlines().index("\tBUILD_BUG_ON(sizeof(*kit) > sizeof(*it));") + 1
    assert [(one.at.file, one.at.line) for one in found] == [(KFUNCS_PATH, line)]
    assert "compiler_types.h" in found[0].reason


def test_w1_is_on(sourceless):
    unused = KFUNCS.replace(
        "kit->pos = &init_task;\n", "int unused;\n\n\tunused = 1;\n\tkit->pos = &init_task;\n"
    )
    found = told(check([ring(unused)], sourceless), "B01")
    assert ["unused" in one.message for one in found] == [True]


# a task has this field with CONFIG_CGROUPS only
USES_CGROUPS = KFUNCS.replace("\treturn 0;", "\treturn !init_task.cgroups;")


@pytest.mark.parametrize("sources", ["asked of kconfig", "from the table"])
def test_guard_off(options, sourceless, sources, request):
    if sources == "asked of kconfig":
        request.getfixturevalue("archive")
    chosen = options if sources == "asked of kconfig" else sourceless
    fine = check([ring(guard="CONFIG_CGROUPS")], chosen)
    assert fine.diagnostics == ()
    assert JobKind.GUARD_OFF in kinds(fine)
    assert not any(job.unfit for job in fine.jobs)

    report = check([ring(USES_CGROUPS, guard="CONFIG_CGROUPS")], chosen)
    assert told(report, "B01") == []
    found = told(report, "B07")
    assert found
    assert all(one.message.startswith("without CONFIG_CGROUPS: ") for one in found)


def test_guard_off_that_headers_do_not_survive_is_said(sourceless):
    # nobody builds a kernel without CONFIG_MMU for this machine, and our table does not know it
    report = check([ring(guard="CONFIG_X86_64")], sourceless)
    assert told(report, "B07") == []
    assert [skip.reason for skip in report.skipped if "without its option" in skip.what] == [
        "what goes off with CONFIG_X86_64 is not known without kernel sources (apt-get install linux-source)"
    ]


def test_program_error(sourceless):
    bad = edited(ring(), PROG_PATH, PROG.replace("seen++;", "seen += pos;"))
    report = check([bad], sourceless)
    line = PROG.splitlines().index("\t\tseen++;") + 1
    assert [(one.at.file, one.at.line) for one in told(report, "B02")] == [(PROG_PATH, line)]
    # its prog_test needs the skeleton, so it is left out rather than blamed
    assert told(report, "B03") == []
    assert "did not compile" in report.skipped[-1].reason


def test_types_in_part_known(sourceless):
    text = PROG.replace("seen++;", "seen += BPF_TASK_ITER_RING + sizeof(struct bpf_iter_css);")
    assert check([edited(ring(), PROG_PATH, text)], sourceless).diagnostics == ()


FRESH = Type("", "enum { FRESH };\n", {"FRESH": 0})


@pytest.mark.parametrize("types", [(), (FRESH,), (Type("struct fresh", "struct fresh { int a; };\n"),)])
def test_types_of_every_kind_may_be_missing(sourceless, types):
    walked = PROG.partition("struct task_struct *pos;")[0] + "\treturn sizeof(struct task_struct);\n}\n"
    rest = TEST.replace("skel->bss->seen, 0", "1, 0")
    plain = edited(edited(ring(), PROG_PATH, walked), TEST_PATH, rest)
    assert check([given(plain, types=(ALONE, *types))], sourceless).diagnostics == ()
    alone = replace(plain, outputs=tuple(o for o in plain.outputs if o.path == PROG_PATH))
    assert check([given(alone, types=types)], sourceless).diagnostics == ()


def test_prog_test_error(sourceless):
    bad = edited(ring(), TEST_PATH, TEST.replace("skel->bss->seen", "skel->bss->sean"))
    report = check([bad], sourceless)
    assert [one.at.file for one in told(report, "B03")] == [TEST_PATH]
    assert "sean" in told(report, "B03")[0].message


def test_declaration_that_contradicts_is_told_in_the_fragment(sourceless):
    path = "tools/testing/selftests/bpf/bpf_experimental.h.d/ring.h"
    sample = ring()
    fragment = next(o for o in sample.outputs if o.path == path).text
    bad = edited(
        sample, path, fragment.replace("int bpf_iter_ring_new(struct", "int bpf_iter_ring_new(strukt")
    )
    found = told(check([bad], sourceless), "B02")
    assert {(one.at.file, one.at.line) for one in found} >= {(path, 5)}


def test_sparse(sourceless):
    if tools.find("sparse") is None:
        pytest.skip("sparse is not installed")
    user = KFUNCS.replace("\treturn 0;", "\treturn *(int __user *)kit->pos;")
    found = told(check([ring(user)], sourceless), "B06")
    # three complaints about undeclared kfuncs are dropped, this one is not
    assert ["dereference of noderef expression" in one.message for one in found] == [True]


def test_checkpatch_and_kernel_doc(options, archive):
    ugly = KFUNCS.replace("\treturn 0;", "\tif (kit->pos == NULL)\n\t    return 1;\n\treturn 0;")
    undocumented = ugly.replace(
        " * @it: the iterator\n *\n * Return: the process", " *\n * Return: the process"
    )
    report = check([ring(undocumented)], options)
    line = undocumented.splitlines().index("\tif (kit->pos == NULL)") + 1
    assert (line, True) in {(one.at.line, "COMPARISON_TO_NULL" in one.message) for one in told(report, "B04")}
    assert ["'it' not described" in one.message for one in told(report, "B05")] == [True]


def explode(*_, **__):
    raise AssertionError("a process was started")


def test_second_run_starts_no_process(options, monkeypatch, archive):
    rendered = [ring(guard="CONFIG_CGROUPS")]
    check(rendered, options)
    monkeypatch.setattr(subprocess, "Popen", explode)
    report = check(rendered, options)
    assert report.ran == 0
    assert report.passed
    # and the monkey does bite
    with pytest.raises(AssertionError, match="a process was started"):
        check([edited(rendered[0], PROG_PATH, PROG + "\n")], options)


def test_findings_are_remembered_at_lines_that_move(sourceless):
    bad = ring(KFUNCS.replace("next_task(kit->pos)", "nixt_task(kit->pos)"))
    use = replace(bad.material.snippets[1], emitted="nixt_task(kit->pos)")
    first = check([given(bad, snippets=(use,))], sourceless)
    moved = replace(use, at=Position("specs/ring.yaml", 30, 5))
    second = check([given(bad, snippets=(moved,))], sourceless)
    assert second.ran == 0
    assert {one.at.line for one in told(first, "B01")} == {13}
    assert {one.at.line for one in told(second, "B01")} == {30}


def test_unwritable_cache_is_said_and_does_without(sourceless, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    report = check([ring()], replace(sourceless, cache=blocked / "cache"))
    assert report.passed
    assert any("nothing is remembered" in note for note in report.notes)
    assert report.ran == len(report.jobs)


def test_broken_cache_is_made_anew(sourceless, tmp_path):
    chosen = replace(sourceless, cache=tmp_path / "cache")
    check([ring()], chosen)
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file() and "products" not in path.parts:
            path.write_text("{")
    report = check([ring()], chosen)
    assert report.passed
    assert report.ran == len(report.jobs)


def path_without(tmp_path: Path, *hidden: str) -> str:
    """A PATH on which the named programs are not found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in Path(place).glob("*"):
            link = folder / program.name
            if not link.exists() and not program.name.startswith(hidden):
                link.symlink_to(program)
    return str(folder)


def test_all_that_is_missing_is_said_at_once(sourceless, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", path_without(tmp_path, "clang", "bpftool"))
    monkeypatch.setattr(tools, "_BEHIND_PATH", {})
    with pytest.raises(KiterError) as caught:
        check([ring()], sourceless)
    assert caught.value.status == ENVIRONMENT
    assert [one.code for one in caught.value.diagnostics] == ["E19", "E19"]
    hints = [one.hint for one in caught.value.diagnostics]
    assert hints == ["apt-get install bpftool", "apt-get install clang-19"]


def test_missing_kernel_compiler_is_named(sourceless, tmp_path, monkeypatch):
    chosen = replace(sourceless, cache=tmp_path / "cache")
    monkeypatch.setenv("PATH", path_without(tmp_path, "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc"))
    with pytest.raises(KiterError) as caught:
        check([ring()], chosen)
    assert [one.code for one in caught.value.diagnostics] == ["E14"]
    assert "apt-get install gcc" in caught.value.diagnostics[0].hint


def test_missing_sparse_is_a_skip(sourceless, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", path_without(tmp_path, "sparse"))
    report = check([ring()], sourceless)
    assert JobKind.SPARSE not in kinds(report)
    assert any(skip.what == "sparse" for skip in report.skipped)


class Watch:
    def __init__(self):
        self.totals: list[int] = []
        self.steps: list[str] = []
        self.ended = 0

    def start(self, total):
        self.totals.append(total)

    def advance(self, label):
        self.steps.append(label)

    def done(self):
        self.ended += 1


def test_progress_adds_up(sourceless):
    watch = Watch()
    check([ring()], sourceless, watch)
    assert watch.totals[-1] == len(watch.steps)
    assert watch.ended == 1


def test_nothing_is_written_below_the_headers(sourceless, found, tmp_path):
    def state():
        return {path: path.stat().st_mtime_ns for path in found.path.iterdir()}

    before = state()
    check([ring()], replace(sourceless, cache=tmp_path / "cache"))
    assert state() == before


def test_target_of_another_version_is_noted(sourceless):
    report = check([replace(ring(), target="7.3")], sourceless)
    assert any("7.3 was compiled against the headers of" in note for note in report.notes)


def test_target_without_headers_is_not_checked_and_says_how_it_could_be(sourceless, found, tmp_path):
    """Not against another kernel's, which would find what is no fault."""
    (tmp_path / f"linux-headers-{found.release}").symlink_to(found.path)
    report = check([replace(ring(), target="7.3")], replace(sourceless, headers=""))
    assert report.jobs == () and report.passed and report.kernel == ""
    assert "no headers of Linux 7.3" in report.skipped[0].reason
    assert "kiter kernels fetch 7.3" in report.skipped[0].reason


def test_tree_that_is_none(sourceless, tmp_path):
    with pytest.raises(KiterError) as caught:
        check([ring()], CheckOptions(sourceless.headers, tmp_path, sourceless.cache))
    assert [one.code for one in caught.value.diagnostics] == ["E20"]


def test_failing_programs_make_skeletons_too(options, archive):
    assert "__failure" in FAILURE
    report = check([ring()], options)
    assert [job.kind for job in report.jobs].count(JobKind.PROGRAM) == 2
