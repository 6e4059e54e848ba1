# SPDX-License-Identifier: GPL-2.0-only
"""`--replace`: a generated iterator in the place of each hand-written one of a real tree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tree_support import CSS, LETTER, ROOT, apply, snapshot

from kiter import frontend
from kiter.analysis.stored import snippets
from kiter.csource.conditionals import Conditionals
from kiter.csource.source import Source
from kiter.fragment import Anchor, Fragment
from kiter.generate import generate
from kiter.output import Kind
from kiter.target.profile import profile, verified
from kiter.tree import insertion_points, replacement, worktree
from kiter.tree.apply import put_in
from kiter.tree.record import Applied
from tools.kernel_trees import BPF, git

TARGET = profile("6.12")
WRITTEN_BY_HAND = {
    "num": "kernel/bpf/bpf_iter.c",
    "bits": "kernel/bpf/helpers.c",
    "task": "kernel/bpf/task_iter.c",
    "task_vma": "kernel/bpf/task_iter.c",
    "css": "kernel/bpf/cgroup_iter.c",
    "css_task": "kernel/bpf/task_iter.c",
    "kmem_cache": "kernel/bpf/kmem_cache_iter.c",
    "dmabuf": "kernel/bpf/dmabuf_iter.c",
    "scx_dsq": "kernel/sched/ext/ext.c",
    "testmod_seq": f"{BPF}/test_kmods/bpf_testmod.c",
}
# what only the hand-written one needed, and so goes with it
COMPANIONS = {
    "bits": ("swap_ulong_in_u64", "BITS_ITER_NR_WORDS_MAX"),
    "kmem_cache": ("KMEM_CACHE_POS_START",),
    "task_vma": ("bpf_iter_task_vma_kern_data", "bpf_iter_task_vma_find_next", "bpf_iter_mmput_async"),
}


@pytest.fixture(scope="module")
def generated() -> Fragment:
    """Some generated code, to be had under any name."""
    read = frontend.read([LETTER / "process.yaml"], TARGET)
    (fragment,) = generate(read.iterators[0], TARGET).of(Kind.KFUNCS).fragments
    return fragment


def renamed(fragment: Fragment, name: str, guard: str) -> Fragment:
    parts = ("before", fragment.before), ("lines", fragment.lines), ("names", fragment.names)
    texts = {k: tuple(line.replace("bpf_iter_process", f"bpf_iter_{name}") for line in v) for k, v in parts}
    return replace(fragment, guard=guard, **texts)


@pytest.mark.parametrize("target", verified(), ids=lambda target: target.release)
def test_what_the_code_defines_and_uses_is_known_without_reading_it(target):
    """It decides what of the hand-written code goes, and what stays."""
    tried = 0
    for spec in sorted([*(ROOT / "specs").rglob("*.yaml"), *(ROOT / "tests/generate/specs").glob("*.yaml")]):
        it = frontend.model(spec, target)
        if it.by_hand or it.younger:
            continue
        (fragment,) = generate(it, target).of(Kind.KFUNCS).fragments
        source = Source.of(fragment.body)
        assert sorted(fragment.names) == sorted(n for item in source.definitions for n in item.names), spec
        said = {name for snippet in snippets((it.helpers, it.held, it.cases)) for name in snippet.names()}
        assert said <= {*fragment.uses}, spec
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
@pytest.mark.parametrize("guard", ["", "CONFIG_CGROUPS"])
def test_the_generated_code_stands_where_the_other_stood(sources, generated, name, guard):
    file = sources / WRITTEN_BY_HAND[name]
    if not file.is_file() or not replacement.defines(file.read_text().split("\n"), name):
        pytest.skip("this version has no such iterator there")
    lines = file.read_text().split("\n")
    found = replacement.kfuncs(lines, renamed(generated, name, guard), name, TARGET)
    defined = [n for piece in Source.of(found).definitions for n in piece.names]
    for function in replacement.trio(name):
        assert defined.count(function) == 1
    assert defined.count(f"bpf_iter_{name}_kern") == 1
    assert _balanced(found)
    everything = Source.of(found).words(range(len(found)))
    assert not everything & set(COMPANIONS.get(name, ()))
    # nothing but the iterator changes: what else the file defines is as it was, in its order
    after, before = Source.of(found).definitions, Source.of(lines).definitions
    ours = {p.names for p in after} ^ {p.names for p in before}
    others = [_text(lines, p) for p in before if p.names not in ours and not _is_ours(p, name)]
    assert others == [_text(found, p) for p in after if p.names not in ours and not _is_ours(p, name)]
    text = "\n".join(found)
    assert text.count("__bpf_kfunc_start_defs") == "\n".join(lines).count("__bpf_kfunc_start_defs")
    assert "\n\n\n" not in text or "\n\n\n" in "\n".join(lines)


def _balanced(lines: list[str]) -> bool:
    opened = sum(line.startswith("#if") for line in lines)
    return opened == sum(line.startswith("#endif") for line in lines) == len(Conditionals(lines).every)


def _is_ours(piece, name: str) -> bool:
    return any(n.startswith(f"bpf_iter_{name}_") or n == f"bpf_iter_{name}" for n in piece.names)


def _text(lines: list[str], piece) -> list[str]:
    return lines[piece.first : piece.last + 1]


def test_headers_that_a_file_includes_already_stay_as_they_are():
    lines = ["#include <linux/bpf.h>", '#include "../../mm/slab.h" /* kmem_cache */', "", "int i;"]
    headers = ["linux/bpf.h", "../../mm/slab.h"]
    assert insertion_points.included(lines, headers) == lines
    wanted = ["#include <linux/bpf.h>", "#include <linux/mm.h>", "", "int i;"]
    assert insertion_points.included([lines[0], *lines[2:]], ["linux/mm.h"]) == wanted
    quoted = ["#include <linux/bpf.h>", '#include "../../mm/slab.h"', "", "int i;"]
    assert insertion_points.included([lines[0], *lines[2:]], headers) == quoted


WANTED = "#include <linux/mm.h>"


@pytest.mark.parametrize(
    "text",
    [
        # kernel/bpf/btf.c: between the braces of a union
        '#include <linux/bpf.h>\n@\n#include "a.h"\n\nunion {\n#include <linux/bpf_types.h>\n} u;',
        # kernel/sched/core.c: in the midst of an expression
        "/* one */\n#include <linux/bpf.h>\n@\n\nint i =\n#include <features.h>\n0;",
        "#include <linux/bpf.h>\n@\n#ifdef CONFIG_ONE\n#include <linux/one.h>\n#endif\nint i;",
        "#ifdef CONFIG_ONE\n#include <linux/one.h>\n@\nint i;\n#endif",
        "#define TWO(a) \\\n\ta\n#include <linux/bpf.h>\n@\nint i;",
        "int i;\n#include <linux/bpf.h>\n@\nint j;",
    ],
)
def test_a_header_joins_those_above_the_code(text):
    lines = text.replace("@\n", "").split("\n")
    assert insertion_points.included(lines, ["linux/mm.h"]) == text.replace("@", WANTED).split("\n")


def test_replace_and_revert(tree, capsys):
    before = snapshot(tree)
    assert apply(tree, "--replace", CSS, ROOT / "specs/task.yaml") == 0
    text = (tree / "kernel/bpf/cgroup_iter.c").read_text()
    assert text.count("bpf_iter_css_next(struct bpf_iter_css *it)") == 1
    assert "once drained, always drained" in text
    ids = (tree / "kernel/bpf/helpers.c").read_text()
    assert ids.count("bpf_iter_css_new, ") == 1 and ids.count("bpf_iter_task_new, ") == 1
    header = (tree / BPF / "bpf_experimental.h").read_text()
    assert header.count("int bpf_iter_css_new(") == 1 and header.count("struct bpf_iter_css;") == 1
    replaced = snapshot(tree)
    assert apply(tree, "--replace", CSS, ROOT / "specs/task.yaml") == 0
    assert snapshot(tree) == replaced
    assert apply(tree, "--revert") == 0
    assert snapshot(tree) == before
    assert git(tree, "status", "--porcelain") == ""


def test_every_iterator_of_linux(tree):
    opened = worktree.open_tree(tree)
    target = opened.profile
    its = [frontend.model(path, target) for path in sorted((ROOT / "specs").glob("*.yaml"))]
    present = [it for it in its if it.since <= target.number]
    made = [generate(it, target) for it in present]
    wanted = [Applied(r.iterator, True, r.includes, r.outputs) for r in made]
    planned = put_in(opened, wanted)
    for one in wanted:
        fragments = [fragment for output in one.outputs for fragment in output.fragments]
        for ids in (fragment for fragment in fragments if fragment.anchor is Anchor.IN_ID_SET):
            text = planned.texts[ids.file]
            found = {s.name: [e.name for e in s.ids] for s in Source("", text).id_sets}
            for name in ids.names:
                assert found[ids.where].count(name) == 1
        code = fragments[0]
        defined = [n for p in Source("", planned.texts[code.file]).definitions for n in p.names]
        for name in code.names:
            assert defined.count(name) == 1, (one.iterator, name)
    uapi = planned.texts.get("include/uapi/linux/bpf.h")
    assert uapi is None, "a type that differs in its comments only stays as it is"


def test_hand_written_tests_stay_and_get_no_programs_that_they_do_not_load(tree, tmp_path, capsys):
    path = tree / BPF / "prog_tests/kmem_cache_iter.c"
    if not path.is_file():
        pytest.skip("this version has no such test")
    spec = tmp_path / "kmem_cache.yaml"
    text = (LETTER / "process.yaml").read_text()
    spec.write_text(
        text.replace("iterator: process", "iterator: kmem_cache").replace("task_iter.c", "kmem_cache_iter.c")
    )
    before = path.read_bytes()
    assert apply(tree, "--replace", spec) == 0
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert f"{BPF}/prog_tests/kmem_cache_iter.c stays as it is" in said
    assert f"{BPF}/progs/kmem_cache_iter_failure.c is left out" in said
    assert not (tree / BPF / "progs/kmem_cache_iter_failure.c").exists()
    assert apply(tree, "--replace", spec) == 0, "and it is all there"
