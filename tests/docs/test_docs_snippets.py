# SPDX-License-Identifier: GPL-2.0-only
"""What the pages tell a reader to type works: commands, targets, and every spec that they show."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kiter import lint
from kiter.cli import command
from kiter.cli.main import main
from kiter.cli.report import FORMATS
from kiter.errors import KiterError
from kiter.fixtures.known import fixture_schema
from kiter.spec.check import check, spec_schema
from kiter.spec.load import parse
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<!`)`((?:kiter|make)(?: [^`\n]+)?)`")
RUN = {"new", "lint", "build", "explain", "schema"}  # the others boot kernels or fetch them
TARGET = profile("6.12")
UNFINISHED = "# not built yet"  # how a sketch marks what the language does not have yet


class Block(NamedTuple):
    """A fenced block: the page, the line of its first row, what the fence says, and the rows."""

    page: Path
    line: int
    info: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*infos: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            line = text.count("\n", 0, fence.start("text")) + 1
            found.append(Block(page, line, fence["info"].strip(), fence["text"]))
    return [block for block in found if block.info in infos]


def split(line: str) -> list[str]:
    """The words of a command, without what the shell does with its output."""
    return shlex.split(re.sub(r" [>|] .*", "", line), comments=True)


def commands(block: Block) -> list[list[str]]:
    """The words of each line behind a prompt."""
    joined = block.text.replace("\\\n", " ")
    return [split(line[2:]) for line in joined.splitlines() if line.startswith("$ ")]


def every_command() -> Iterator[tuple[str, list[str]]]:
    """Also those in the text, and those that --help shows."""
    for block in blocks("console"):
        yield from ((block.name, words) for words in commands(block))
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        yield from ((str(page.relative_to(ROOT)), split(found)) for found in INLINE.findall(text))
    for name in command.names():
        lines = command.load(name).EXAMPLE.strip().splitlines()
        yield from ((f"kiter {name} --help", split(line)) for line in lines)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def understood(words: list[str]) -> bool:
    """Whether `kiter` takes these words; a name in capitals stands for anything."""
    parser = argparse.ArgumentParser(allow_abbrev=False, exit_on_error=False)
    module = command.load(words[0]) if words[0] in command.names() else None
    formats = getattr(module, "FORMATS", FORMATS)
    verbose = getattr(module, "VERBOSE", command.VERBOSE)
    command.add_global_options(parser, formats=formats, verbose=verbose)
    if module is not None:
        module.add_options(parser)
        words = words[1:]
    return parser.parse_args(words) is not None


ALL = list(dict.fromkeys((where, tuple(words)) for where, words in every_command()))


@pytest.mark.parametrize(("where", "words"), ALL, ids=[f"{where}: {' '.join(words)}" for where, words in ALL])
def test_command_exists_with_these_options(where, words):
    program, *rest = words
    if program == "make":
        assert {word for word in rest if "=" not in word} <= targets()
    elif program == "kiter" and rest:
        # a page may name a command alone, without the arguments that it wants
        alone = len(rest) == 1 and "console" not in where
        assert (alone and rest[0] in command.names()) or understood(rest)
    else:
        assert program in {"kiter", "git", "b4", "cd", "apt-get", "pip"}, "nobody checks this command"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder as a reader has it, but for what is installed."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    shutil.copytree(ROOT / "out", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wants_a_tree(words: list[str]) -> bool:
    """Whether it is about a kernel tree of the reader's; tests/series, tests/tree and tests/cli have some."""
    return "--tree" in words


def cheaply(words: list[str], folder: Path) -> list[str]:
    """The command without compilers, and with nothing left behind."""
    moved = [word.replace("/tmp/", f"{folder}/tmp/") for word in words]
    return [*moved, *(["--no-check"] if words[0] == "build" else [])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_run_in_order(page, checkout, capsys):
    for block in blocks("console"):
        for program, *words in commands(block) if block.page == page else ():
            if program != "kiter" or words[0] not in RUN or wants_a_tree(words):
                continue
            assert main(cheaply(words, checkout)) == 0, f"{block.name}: {capsys.readouterr().err}"


def test_examples_of_the_commands_run(checkout, capsys):
    for name in sorted(RUN & set(command.names())):
        for line in command.load(name).EXAMPLE.strip().splitlines():
            words = split(line)[1:]
            assert wants_a_tree(words) or main(cheaply(words, checkout)) == 0, (
                f"{line}: {capsys.readouterr().err}"
            )


def known_keys(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if isinstance(schema.get("properties"), dict) else ()
        for below in schema.values():
            yield from known_keys(below)


YAML = blocks("yaml", "yaml sketch")


@pytest.mark.parametrize("block", YAML, ids=[block.name for block in YAML])
def test_yaml_is_a_spec_or_a_part_of_one(block):
    try:
        document = parse(block.text, block.name)
    except KiterError as error:
        pytest.fail("; ".join(f"line {block.line + d.at.line - 1}: {d.message}" for d in error.diagnostics))
    if "sketch" in block.info or UNFINISHED in block.text:
        return
    schema = fixture_schema() if block.page.name == "fixtures.md" else spec_schema()
    if "iterator" not in document.data and not set(schema["required"]) <= set(document.data):
        assert set(document.data) <= set(known_keys(schema))
        return
    assert check(document, schema) == []
    if schema is spec_schema():
        assert lint.lint(resolve(document, TARGET.number), TARGET) == []


def test_pages_are_found():
    assert len(PAGES) >= 2 and len(ALL) > 20 and len(YAML) > 5
    assert blocks("console")


def test_the_c_of_the_readme_is_what_comes_out():
    shown = [block.text for block in blocks("c") if block.page.name == "README.md"]
    emitted = "".join(path.read_text("utf-8") for path in (ROOT / "out").rglob("*.c"))
    assert shown
    assert [text for text in shown if text not in emitted] == []
