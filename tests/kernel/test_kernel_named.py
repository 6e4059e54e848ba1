# SPDX-License-Identifier: GPL-2.0-only
"""Every option that asks for a kernel takes a release, a folder or a file, and says so of anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import btf_files, headers, kernels
from kiter.kernel.named import Named, named, source_tree

SPEC = str(Path(__file__).parents[2] / "specs/css.yaml")
OPTIONS = (
    ("lint", "--btf", SPEC),
    ("sync", "--kernel", SPEC),
    ("sync", "--btf", SPEC),
    ("sync", "--tree", SPEC),
    ("import", "--btf", "css"),
    ("import", "--tree", "css"),
    ("build", "--headers", SPEC),
    ("build", "--kernel", SPEC),
    ("build", "--tree", SPEC),
    ("run", "--kernel", SPEC),
    ("conform", "--kernel"),
    ("apply", "--tree", SPEC),
    ("series", "--tree", SPEC, "-o", "mails"),
)


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("kernel", ["nonsuch", "/nonexistent/vmlinux"])
def test_what_names_no_kernel_is_said_with_its_name(capsys, monkeypatch, tmp_path, words, kernel):
    monkeypatch.chdir(tmp_path)
    command, option, *rest = words
    assert main([command, option, kernel, *rest]) == 2
    err = capsys.readouterr().err
    assert f"error[E22]: '{kernel}' is neither a folder, nor a file, nor a kernel release" in err
    assert list(tmp_path.iterdir()) == []


def test_one_of_three(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vmlinux").touch()
    assert named("6.12") == Named(release="6.12")
    assert named("6.12.111-cloud-amd64") == Named(release="6.12.111-cloud-amd64")
    assert named("vmlinux") == Named(file=tmp_path / "vmlinux")
    assert named(str(tmp_path)) == Named(folder=tmp_path)


def test_a_kernel_is_the_same_by_each_of_its_names():
    try:
        kernel = kernels.find("6.12")
    except KiterError:
        pytest.skip("no kernel 6.12 with headers is here")
    for name in (kernel.release, kernel.image, kernel.btf):
        assert kernels.find(str(name)) == kernel
    found = [btf_files.find(name) for name in (kernel.release, str(kernel.headers), str(kernel.btf))]
    assert {(one.path.resolve(), one.release) for one in found} == {(kernel.btf.resolve(), kernel.release)}
    by_name = [headers.find(str(name)) for name in (kernel.release, kernel.headers, kernel.btf)]
    assert len({one.release for one in by_name}) == 1


def test_a_release_is_no_tree_but_a_file_at_its_top_names_one(tmp_path):
    (tmp_path / "Makefile").touch()
    assert source_tree(str(tmp_path / "Makefile")) == source_tree(str(tmp_path)) == tmp_path
    with pytest.raises(KiterError) as caught:
        source_tree("6.12")
    (found,) = caught.value.diagnostics
    assert found.code == "E22" and found.hint


def test_names_are_looked_for_in_the_kernel_that_the_btf_is_of(capsys):
    """An enumerator that 7.3 brings is not missed in 6.12, which the spec does not use it for."""
    try:
        kernels.find("6.12")
    except KiterError:
        pytest.skip("no kernel 6.12 with headers is here")
    assert main(["lint", "--btf", "6.12", SPEC]) == 0, capsys.readouterr().err
