# SPDX-License-Identifier: GPL-2.0-only
"""`kiter import` of the kernel's own iterators: what is written of them is in step with where it is from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tree_support import ROOT

from kiter import frontend
from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.generate import CODE, generate
from kiter.kernel import btf_files
from kiter.output import Kind
from kiter.spec.model import Spec
from kiter.spec.release import spelled
from kiter.target.profile import Profile, nearest
from kiter.tree.version import version_of

TEN = sorted(path.stem for path in (ROOT / "specs").glob("*.yaml"))


def run(capsys, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([*map(str, words)])
    return (status, *capsys.readouterr())


def profile_of(tree: Path) -> Profile:
    version = version_of(tree)
    assert version
    return nearest(spelled(version))


def ours(name: str, profile: Profile) -> Spec:
    return frontend.model(ROOT / f"specs/{name}.yaml", profile)


@pytest.fixture(params=TEN)
def imported(request, capsys, sources, tmp_path) -> tuple[str, Path, Path]:
    """The name of an iterator that the tree has, the tree, and the spec that came out of it."""
    spec = tmp_path / f"{request.param}.yaml"
    status, _, err = run(capsys, "import", request.param, "--tree", sources, "-o", spec)
    if ours(request.param, profile_of(sources)).since > profile_of(sources).number:
        assert status == 2 and f"there is no bpf_iter_{request.param}_new()" in err and not spec.exists()
        pytest.skip("this kernel does not have it yet")
    assert (status, err) == (0, "")
    return request.param, sources, spec


def test_it_is_in_step_with_the_kernel_that_it_was_read_of(capsys, imported):
    name, tree, spec = imported
    status, out, err = run(capsys, "sync", "--tree", tree, spec)
    assert (status, err) == (0, ""), err
    assert f"  {name:<14} the same to BPF programs" in out


def test_it_says_what_our_own_spec_says(imported):
    name, tree, spec = imported
    profile = profile_of(tree)
    mine, theirs = ours(name, profile), frontend.model(spec, profile)
    assert theirs.by_hand and not mine.by_hand
    assert theirs.element == mine.element and theirs.file == mine.file and theirs.guard == mine.guard
    # the kernel has no header for these two that is not for schedulers only; our own specs give them one
    header = "none" if name in {"bits", "testmod_seq"} else mine.place.declarations
    own = {"by_hand": True, "room": theirs.room, "node": theirs.place.node}
    assert theirs.place == replace(mine.place, inside=False, declarations=header, **own)
    told = [[(a.name, a.type, a.nullable, a.ignored, a.implicit, a.enum, a.defines) for a in it.arguments]
            for it in (theirs, mine)]  # fmt: skip
    assert told[0] == told[1]
    flags = [[[flag.flag for flag in a.values] for a in it.arguments] for it in (theirs, mine)]
    assert flags[0] == flags[1] or flags[0] == [sorted(values) for values in flags[1]]
    where = [(c.rcu, c.sleepable, c.perfmon, c.spinlock) for c in (theirs.context, mine.context)]
    assert where[0] == where[1]


def form(it: Spec) -> tuple[str, list[str]] | None:
    return (it.seq.target, [shown.name for shown in it.seq.shows]) if it.seq else None


def test_it_asks_for_the_form_by_read_that_the_kernel_has(imported):
    """A comment tells of one that no spec can ask for: of what RCU keeps, and where new() takes arguments."""
    name, tree, spec = imported
    mine, theirs = ours(name, profile_of(tree)), frontend.model(spec, profile_of(tree))
    told = f'SEC("iter/{name}"), too' in spec.read_text()
    assert told == (name in {"task", "task_vma"})
    if not mine.arguments:
        assert form(theirs) == form(mine)


def test_docs_and_tests_come_out_of_it_and_no_code(capsys, imported):
    name, tree, spec = imported
    profile = profile_of(tree)
    assert run(capsys, "lint", "--target", profile.release, spec)[0] == 0
    kinds = {output.kind for output in generate(frontend.read([spec], profile).iterators[0], profile).outputs}
    assert {Kind.RST, Kind.PROG, Kind.PROG_FAILURE, Kind.PROG_TEST} <= kinds
    assert not kinds & CODE
    rendered = generate(frontend.read([spec], profile).iterators[0], profile).of(Kind.RST)
    assert rendered and ".. kernel-doc::" not in rendered.text, (
        "hand-written code may have none, and Sphinx would warn"
    )
    assert f"int bpf_iter_{name}_new(" in rendered.text


def test_they_compile_whatever_declares_it(capsys, imported, tmp_path):
    """Nothing is to be added by hand before tests and example build: not even declarations or an oracle."""
    _, tree, spec = imported
    out = tmp_path / "out"
    status, said, err = run(capsys, "build", "--target", profile_of(tree).release, spec, "-o", out)
    assert status == 0, err
    assert "error" not in said + err and "clean" in said, "compilers and a kernel are here"


@pytest.mark.parametrize(("name", "where"), [("bits", "none"), ("num", "tools/lib/bpf/bpf_helpers.h")])
def test_it_says_what_declares_it(capsys, sources, tmp_path, name, where):
    spec = tmp_path / f"{name}.yaml"
    assert run(capsys, "import", name, "--tree", sources, "-o", spec)[0] == 0
    profile = profile_of(sources)
    assert f"  declarations: {where}\n" in spec.read_text()
    rendered = generate(frontend.read([spec], profile).iterators[0], profile)
    for kind in (Kind.PROG, Kind.PROG_FAILURE):
        output = rendered.of(kind)
        assert output and (f"int bpf_iter_{name}_new(" in output.text) == (where == "none")


def test_texts_begin_small_but_names_stay(capsys, sources, tmp_path):
    spec = tmp_path / "scx_dsq.yaml"
    assert run(capsys, "import", "scx_dsq", "--tree", sources, "-o", spec)[0] == 0
    assert "DSQ to iterate" in spec.read_text() and "dSQ" not in spec.read_text()


def test_drift_of_the_tree_is_told_of_what_was_imported(capsys, plain, tmp_path):
    spec = tmp_path / "task.yaml"
    assert run(capsys, "import", "task", "--tree", plain, "-o", spec)[0] == 0
    file = plain / "kernel/bpf/task_iter.c"
    file.write_text(
        file.read_text().replace("struct task_struct *task__nullable", "struct task_struct *task")
    )
    status, _, err = run(capsys, "sync", "--tree", plain, spec)
    assert status == 1 and "error[D01]" in err


def test_a_spec_that_is_there_stays(capsys, sources, tmp_path):
    (tmp_path / "css.yaml").write_text("mine\n")
    status, _, err = run(capsys, "import", "css", "--tree", sources, "-o", tmp_path / "css.yaml")
    assert status == 2 and "error[O03]" in err
    assert (tmp_path / "css.yaml").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["", "none", "x" * 300, "a b", "../css"])
def test_an_iterator_that_there_is_not(capsys, sources, tmp_path, name):
    status, _, err = run(capsys, "import", name, "--tree", sources, "-o", tmp_path / "new.yaml")
    assert status == 2 and "error[D11]" in err
    assert not (tmp_path / "new.yaml").exists()


def test_of_btf_alone(capsys, tmp_path):
    try:
        source = btf_files.find("6.12")
    except KiterError as error:
        pytest.skip(str(error))
    spec = tmp_path / "task.yaml"
    assert run(capsys, "import", "task", "--btf", source.path, "-o", spec)[0] == 0
    it = frontend.model(spec, nearest(source.release))
    assert it.context.rcu and it.arguments[0].nullable and it.room == 3
    assert 'SEC("iter/task"), too' in spec.read_text() and not it.seq
    _, _, err = run(capsys, "sync", "--btf", source.path, spec, "--format", "json")
    assert {d["code"] for d in json.loads(err)} <= {"D04"}, "only what BTF does not tie to the iterator"


@pytest.mark.parametrize(("name", "asked"), [("dmabuf", "iter: {}"), ("kmem_cache", "iter: {as: s}")])
def test_btf_has_the_form_by_read(capsys, tmp_path, name, asked):
    try:
        source = btf_files.find("7.3")
    except KiterError as error:
        pytest.skip(str(error))
    spec = tmp_path / f"{name}.yaml"
    assert run(capsys, "import", name, "--btf", source.path, "-o", spec)[0] == 0
    assert asked in spec.read_text().splitlines()
    assert run(capsys, "lint", "--target", "7.3", spec)[0] == 0
    assert run(capsys, "sync", "--btf", source.path, spec)[0] == 0


KRING = Path(__file__).parents[1] / "vm/data/kring"


def test_a_module_outside_of_any_tree_is_read_of_its_folder(capsys, tmp_path):
    """Its set is its own, and what comes out passes lint and makes tests."""
    spec = tmp_path / "kring.yaml"
    assert run(capsys, "import", "kring", "--source", KRING, "-o", spec)[0] == 0
    text = spec.read_text()
    assert "  set: {programs: [syscall, tracing]}\n" in text and "file:" not in text
    status, _, err = run(capsys, "lint", spec)
    assert status == 0, err
    it = frontend.model(spec, nearest("7.3"))
    assert it.by_hand and it.programs == ("syscall", "tracing") and [a.name for a in it.arguments] == ["most"]
    assert run(capsys, "import", "ring", "--source", KRING, "-o", tmp_path / "x.yaml")[0] == 2


def test_an_iterator_is_found_in_every_folder_that_may_have_one(capsys, sources, tmp_path):
    tree = tmp_path / "linux"
    (tree / "kernel/bpf").mkdir(parents=True)
    (tree / "Makefile").write_text((sources / "Makefile").read_text())
    (tree / "virt/kvm").mkdir(parents=True)
    text = (KRING / "kiter_kring.c").read_text().replace("__bpf_kfunc int", "__bpf_kfunc\nint")
    (tree / "virt/kvm/kring.c").write_text(text.replace("bpf_iter_kring *it)", "bpf_iter_kring *it__uninit)"))
    spec = tmp_path / "kring.yaml"
    assert run(capsys, "import", "kring", "--tree", tree, "-o", spec)[0] == 0
    assert "  file: virt/kvm/kring.c\n" in spec.read_text()
