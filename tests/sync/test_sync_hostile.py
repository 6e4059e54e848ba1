# SPDX-License-Identifier: GPL-2.0-only
"""Sources and pages may hold anything: sync and import say what is wrong, write nothing, and end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiter.cli.main import main
from tools.kernel_trees import copied

ROOT = Path(__file__).parents[2]
SPEC = str(ROOT / "specs/task.yaml")
TASK_C, HELPERS = "kernel/bpf/task_iter.c", "kernel/bpf/helpers.c"
HEADER = "tools/testing/selftests/bpf/bpf_experimental.h"
PAGE, LIST = "Documentation/bpf/bpf_iter_task.rst", "Documentation/bpf/open_coded_iterators.rst"
MAKEFILE = "Makefile"
WANTED = (MAKEFILE, TASK_C, HELPERS, HEADER, "Documentation/bpf/index.rst")
READ = (TASK_C, HELPERS, HEADER, PAGE, LIST, MAKEFILE)
PIECES = (
    b"__bpf_kfunc int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *t)\n{\n",
    b"__bpf_kfunc void bpf_iter_task_next(",
    b"struct bpf_iter_task {\n\tu64 __opaque[99999999];\n} __aligned(8);\n",
    b"enum {\n\tBPF_TASK_ITER_ALL_PROCS = 1 << 999999999,\n};\n",
    b"BTF_ID_FLAGS(func, bpf_iter_task_new, KF_ITER_NEW | ",
    b"BTF_KFUNCS_START(common_btf_ids)\n",
    b"#ifdef CONFIG_X\n",
    b"/**\n * bpf_iter_task_new() - \xff: {\n * @it: [\n */\n",
    b"\tswitch (flags) {\n\tcase BPF_TASK_ITER_ALL_PROCS | 0:\n",
    b"   * - Documentation/bpf/bpf_iter_task.rst\n     - x\n",
    b"extern int bpf_iter_task_new(int *",
    b"/*",
    b"}",
    b"{",
    b"\\\n",
    b"\0",
    b"\r",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The files of Linux 7.3 that are read of an iterator, with its page and the list of pages."""
    made = copied("7.3", WANTED, tmp_path_factory.mktemp("hostile") / "linux")
    if made is None:
        pytest.skip("the sources of Linux 7.3 are not here")
    assert main(["sync", "--docs", str(made / "Documentation/bpf"), "--write", SPEC]) == 0
    return made


def snapshot(tree: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


@st.composite
def mangled(draw, text: bytes) -> bytes:
    """Cut, spliced, repeated, or something else altogether."""
    how = draw(st.sampled_from(("cut", "splice", "repeat", "bytes", "nested")))
    at, to = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    piece = draw(st.sampled_from(PIECES) | st.binary(max_size=40))
    times = draw(st.sampled_from((1, 3, 400)))
    if how == "cut":
        return text[:at] + text[to:]
    if how == "splice":
        return text[:at] + piece * times + text[at:]
    if how == "repeat":
        return text[:at] + text[at : at + 500] * times + text[at:]
    if how == "nested":
        return text[:at] + b"#if X\n{(" * times + piece + b")}\n#endif\n" * times + text[at:]
    return draw(st.binary(max_size=300))


def told(capsys, *words: object) -> tuple[int, str]:
    status = main([*map(str, words)])
    out, err = capsys.readouterr()
    assert status in (0, 1, 2) and "internal error" not in err and "Traceback" not in err, err
    assert status == 0 or "error[" in err, (out, err)
    return status, err


@given(data=st.data(), path=st.sampled_from(READ))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
def test_whatever_a_file_holds_it_is_told_and_nothing_is_written(tree, tmp_path, capsys, data, path):
    file = tree / path
    was = file.read_bytes()
    try:
        file.write_bytes(data.draw(mangled(was)))
        before = snapshot(tree)
        told(capsys, "sync", "--tree", tree, "--docs", tree / "Documentation/bpf", SPEC)
        out = tmp_path / "task.yaml"
        status, _ = told(capsys, "import", "task", "--tree", tree, "-o", out)
        assert out.exists() == (status == 0)
        out.unlink(missing_ok=True)
        assert snapshot(tree) == before
    finally:
        file.write_bytes(was)


@given(data=st.data(), path=st.sampled_from((PAGE, LIST, "Documentation/bpf/.kiter.json")))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
def test_mending_keeps_what_is_not_kiters_own(tree, capsys, data, path):
    file = tree / path
    was = file.read_bytes()
    text = data.draw(mangled(was))
    try:
        file.write_bytes(text)
        told(capsys, "sync", "--docs", tree / "Documentation/bpf", "--write", SPEC)
        assert file.suffix == ".json" or file.read_bytes() == text
    finally:
        file.write_bytes(was)


HANG = 30 * 60  # what takes longer does not end on any machine
RUN = "from kiter.cli.main import run; raise SystemExit(run())"
LENGTH = 200_000  # bytes, as in long files that have an iterator
LONG = {
    "comments without end": b"/*",
    "kfuncs without end": b"__bpf_kfunc a(",
    "lines of kfuncs": b"__bpf_kfunc a(\n",
    "kfuncs of the iterator": b"__bpf_kfunc int bpf_iter_task_new(struct bpf_iter_task *it)\n{\n",
    "others that take it": b"__bpf_kfunc int k%d(struct bpf_iter_task *it)\n{\n",
    "one long word": b"a",
    "white space": b" ",
    "declarations without end": b"int bpf_iter_task_new(int a,\n",
    "structs without end": b"struct bpf_iter_task {\n",
    "a struct of one member": b"a ",
    "enums without end": b"enum {\n",
    "ids without end": b"BTF_ID_FLAGS(func, a, ",
    "sets without end": b"BTF_KFUNCS_START(common_btf_ids)\nBTF_ID_FLAGS(func, a\n",
    "conditions": b"#if A\n",
}


def long(name: str) -> bytes:
    """One text over and over."""
    if name == "a huge file":
        return b"x" * (64 << 20)
    times = LENGTH // len(LONG[name])
    begin = b"struct bpf_iter_task {\n\t" if name.startswith("a struct") else b""
    return begin + b"".join(LONG[name].replace(b"%d", b"%d" % at) for at in range(times))


@pytest.mark.parametrize("name", [*LONG, "a huge file"])
def test_long_files_do_not_take_for_ever(tree, tmp_path, name):
    """Any of them would take hours, and not seconds, if the time grew with the square of the length."""
    copy = tmp_path / "linux"
    shutil.copytree(tree, copy)
    for path in (TASK_C, HELPERS, HEADER, LIST):
        with (copy / path).open("ab") as file:
            file.write(b"\n" + long(name))
    for words in (
        ("sync", SPEC, "--docs", copy / "Documentation/bpf"),
        ("import", "task", "-o", tmp_path / "o"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", RUN, *words, "--tree", copy],
            capture_output=True,
            text=True,
            timeout=HANG,
            check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )
        assert done.returncode in (0, 1, 2) and "Traceback" not in done.stderr, done.stderr
        assert "internal error" not in done.stderr
