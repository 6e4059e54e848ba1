# SPDX-License-Identifier: GPL-2.0-only
"""The reference pages in the kernel's own documentation: its configuration, its extensions, no warning."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from kiter import frontend
from kiter.generate import generate
from kiter.lower.docs.index import PAGE
from kiter.markup import rst, table
from kiter.output import Kind, Rendered
from kiter.spec.model import Spec
from kiter.sync import specs
from kiter.target.profile import profile, releases
from kiter.tree import insertion_points
from tools.kernel_trees import DOCUMENTING, copied

ROOT = Path(__file__).parents[2]
HOSTILE = Path(__file__).parent / "specs/markup.yaml"
# graphviz, which none of the pages needs, and an option that only older releases have
MACHINE = ("dot(1) not found", "unknown config value 'kerneldoc_bin'")
INDEX = f"=====\nPages\n=====\n\n.. toctree::\n\n   bpf/{PAGE}\n"


def its(release: str) -> tuple[Spec, ...]:
    return specs.read(frontend.collect([str(ROOT / "specs"), str(HOSTILE)]), profile(release))


def made(release: str) -> list[tuple[Spec, Rendered]]:
    return [(it, generate(it, profile(release))) for it in its(release)]


@pytest.fixture(params=releases())
def documentation(request, tmp_path):
    """What builds the documentation of a release, copied from its sources."""
    tree = copied(request.param, DOCUMENTING, tmp_path / "tree")
    if tree is None:
        pytest.skip(f"the sources of Linux {request.param} are not here")
    return request.param, tree


def lay(tree: Path, its: Iterable[tuple[Spec, Rendered]]) -> None:
    """The pages in their folder with the list of them, and the C that their kernel-doc is taken from."""
    listed: str | None = None
    for it, rendered in its:
        for kind, path in ((Kind.RST, None), (Kind.KFUNCS, it.source_file)):
            output = rendered.of(kind)
            assert output
            file = tree / (path or output.path)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as all_of_file:
                all_of_file.write(output.text + "\n")
        row = rendered.of(Kind.INDEX)
        assert row
        listed = insertion_points.listed(listed, row.fragments[0])
    (tree / f"Documentation/bpf/{PAGE}.rst").write_text(listed or "", encoding="utf-8")
    (tree / "Documentation/index.rst").write_text(INDEX, encoding="utf-8")


def warnings(tree: Path) -> list[str]:
    kernel_doc = next(p for p in (tree / "tools/docs/kernel-doc", tree / "scripts/kernel-doc") if p.exists())
    settings = ("-D", f"kerneldoc_srctree={tree}", "-D", f"kerneldoc_bin={kernel_doc}")
    docs = tree / "Documentation"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-E",
            "-b",
            "html",
            *settings,
            "-c",
            docs,
            docs,
            tree / "html",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tree,
        env={**os.environ, "srctree": str(tree), "KBUILD_VERBOSE": "0"},
    )
    lines = (line for line in done.stderr.splitlines() if not any(known in line for known in MACHINE))
    said = [line for line in lines if line and line != "Using alabaster theme"]
    assert done.returncode == 0, done.stderr
    return said


def test_pages_build_in_the_kernels_documentation(documentation):
    release, tree = documentation
    pages = made(release)
    lay(tree, pages)
    assert warnings(tree) == []
    table = (tree / f"html/bpf/{PAGE}.html").read_text("utf-8").partition("<table")[2].partition("</table")[0]
    for it, _ in pages:
        html = (tree / f"html/bpf/bpf_iter_{it.name}.html").read_text("utf-8")
        assert f'id="c.bpf_iter_{it.name}_destroy"' in html, "the functions' kernel-doc is on the page"
        assert f'href="bpf_iter_{it.name}.html"' in table, "the list of all leads to the page"


def test_a_page_that_is_wrong_is_noticed(documentation):
    """The build above can fail: what it is warned of is what an unescaped text would be."""
    release, tree = documentation
    lay(tree, made(release)[:1])
    with next(tree.glob("Documentation/bpf/*.rst")).open("a", encoding="utf-8") as page:
        page.write("\nThe |x| of `this.\n")
    assert any("|x|" in line or "x" in line for line in warnings(tree))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("|x| and *y*", r"\|x\| and \*y\*"),
        ("@flags, %SOME_* and foo_", r"``flags``, ``SOME_*`` and foo\_"),
        ("``a|b`` is |c|", r"``a|b`` is \|c\|"),
        ("bpf_iter_x and a_b", "bpf_iter_x and a_b"),
        ("- no list", r"\- no list"),
    ],
)
def test_text_is_plain_in_rst(text, said):
    assert rst(text) == said


def test_a_table_stays_within_its_columns():
    lines = table("value\tmeaning\tsince\nA_VALUE\t" + "many words " * 12 + "\t6.7\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line[8:10] == "  " for line in lines), "seven would be a conflict marker to git"


def test_a_column_without_a_cell_is_left_out():
    assert "since" not in table("value\tmeaning\tsince\nA\tall of them\t\n")


@pytest.mark.parametrize("release", releases())
def test_every_page_has_a_whole_program(release):
    """All arguments of the iterators of Linux can be had by a program; one of the hostile spec cannot."""
    without = {it.name for it, rendered in made(release) if rendered.material.example is None}
    assert without == {"markup"}
    for it, rendered in made(release):
        page = rendered.of(Kind.RST)
        assert page and f"bpf_for_each({it.name}, pos" in page.text
        if rendered.material.example:
            shown = [line.strip() for line in rendered.material.example.text.splitlines() if line]
            assert [line for line in shown if line not in page.text] == []
