# SPDX-License-Identifier: GPL-2.0-only
"""One spec is linted and built by what it needs: what else is imported would be most of the time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = {"analysis", "btf", "cache", "cli", "codes", "edit", "errors", "fixtures", "flow", "frontend", "lint"}
LINT |= {"manifest", "names", "regex", "resources", "spec", "target", "value_class"}
BUILD = LINT | {
    "bytecode",
    "fragment",
    "generate",
    "interface",
    "layout",
    "lower",
    "markup",
    "output",
    "prose",
}
BUILD |= {"render", "sinks"}
# of Python's own modules, those that take long to load and that only mistakes or checks need
LATE = {
    "asyncio",
    "concurrent",
    "difflib",
    "email",
    "http",
    "logging",
    "multiprocessing",
    "subprocess",
    "traceback",
}
INSTALLED = {
    "rich",
    "tree_sitter",
    "tree_sitter_c",
    "pygls",
    "sphinx",
    "jsonschema",
    "yaml",
    "jinja2",
    "markupsafe",
}
SAID = (
    "import sys; from kiter.cli.main import main; main(sys.argv[1:]);"
    "print(*(name for name, module in sys.modules.items() if hasattr(module, '__file__')))"
)


def imported(*words: str) -> set[str]:
    """The modules that a command has loaded; the first run has told the cache what it reads of C."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "gen")}
    asked = [sys.executable, "-c", SAID, *words]
    for _ in range(2):
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("words", "parts", "others"),
    [
        (["lint"], LINT, {"yaml"}),
        (["build", "--no-check", "--target", "6.12"], BUILD, {"yaml", "jinja2", "markupsafe"}),
    ],
)
def test_one_spec_loads_what_it_needs(tmp_path, words, parts, others):
    out = ["-o", str(tmp_path)] if words[0] == "build" else []
    found = imported(*words, str(ROOT / "specs/css.yaml"), *out)
    assert {name.split(".")[1] for name in found if name.startswith("kiter.")} <= parts
    assert not found & LATE
    assert found & INSTALLED == others
