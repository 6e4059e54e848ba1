# SPDX-License-Identifier: GPL-2.0-only
"""Compiled templates that are kept: never the reason for a wrong text, or for none."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from jinja2 import DictLoader, Environment

from kiter import bytecode
from kiter.bytecode import Bytecode
from kiter.cache.store import Cache


def rendered(root: Path, text: str) -> str:
    """What a new process would make of a template with this text."""
    made = Environment(loader=DictLoader({"t": text}), bytecode_cache=Bytecode(Cache(root)), autoescape=True)
    return made.get_template("t").render(v=1)


def kept(root: Path) -> list[Path]:
    return [path for path in root.rglob("bytecode/*/*") if path.is_file()]


def test_second_process_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(tmp_path, "a{{ v }}") == "a1"
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert rendered(tmp_path, "a{{ v }}") == "a1"


def test_edited_template_counts_at_once(tmp_path: Path) -> None:
    assert rendered(tmp_path, "a{{ v }}") == "a1"
    assert rendered(tmp_path, "b{{ v }}") == "b1"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-7],
        lambda raw: raw[:60] + raw[61:] + b"x",
        lambda raw: raw[:-1] + b"x",
    ],
)
def test_damaged_file_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage) -> None:
    rendered(tmp_path, "a{{ v }}")
    (file,) = kept(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    assert rendered(tmp_path, "a{{ v }}") == "a1"
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert rendered(tmp_path, "a{{ v }}") == "a1"


def test_what_others_have_added_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (Bytecode(Cache(tmp_path)) for _ in range(2))
    for text, cache in (("a{{ v }}", first), ("b{{ v }}", second), ("c{{ v }}", first)):
        Environment(loader=DictLoader({"t": text}), bytecode_cache=cache, autoescape=True).get_template("t")
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert [rendered(tmp_path, f"{name}{{{{ v }}}}") for name in "abc"] == ["a1", "b1", "c1"]


def test_a_file_that_is_too_long_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(tmp_path, "a{{ v }}")
    (file,) = kept(tmp_path)
    size = file.stat().st_size
    monkeypatch.setattr(bytecode, "_MOST_BYTES", size)
    rendered(tmp_path, "b{{ v }}")
    assert file.stat().st_size == 2 * size
    rendered(tmp_path, "c{{ v }}")
    assert file.stat().st_size == size


def test_nowhere_to_keep_anything(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert rendered(tmp_path / "file", "a{{ v }}") == "a1"
