# SPDX-License-Identifier: GPL-2.0-only
"""Manual pages and completions: nothing of the command line is missing, and groff and bash take them."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from kiter.cli import command
from kiter.cli.main import parser_of
from tools.pages import man

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/man"
COMPLETION = ROOT / "docs/completion/kiter.bash"


def options(name: str) -> set[str]:
    """Every option of a subcommand."""
    whole = parser_of({name: command.load(name)})
    (below,) = (a for a in whole._actions if isinstance(a, argparse._SubParsersAction))
    return {spelling for action in below.choices[name]._actions for spelling in action.option_strings}


@pytest.mark.parametrize("name", command.names())
def test_every_option_has_its_place_on_the_page(name):
    page = (PAGES / f"kiter-{name}.1").read_text("utf-8")
    missing = {one for one in options(name) if f"\\fB{man.roff(one)}\\fR" not in page}
    assert missing == {"-h", "--help"}


def test_no_page_is_left_over():
    assert {path.stem for path in PAGES.iterdir()} == set(man.names())


@pytest.mark.parametrize("text, shown", [("a-b", "a\\-b"), (".x\n'y", "\\&.x\n\\&'y"), ("\\n", "\\en")])
def test_text_is_no_request_of_roff(text, shown):
    assert man.roff(text) == shown


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
@pytest.mark.parametrize("path", sorted(PAGES.iterdir()), ids=lambda path: path.stem)
def test_groff_has_nothing_to_say(path):
    told = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-b", path], capture_output=True, text=True, check=True
    )
    assert told.stderr == ""
    assert path.stem.upper() in told.stdout


def completed(*words: str) -> set[str]:
    """What bash offers for the last of these words."""
    asked = (
        f"source {COMPLETION}\n"
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}\n'
        '_shtab_kiter kiter "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    run = subprocess.run(["bash", "-c", asked, "bash", *words], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return set(run.stdout.split())


def test_bash_completes_commands_options_and_values():
    assert completed("kiter", "ex") == {"explain"}
    assert completed("kiter", "run", "--ha") == {"--harness"}
    assert completed("kiter", "run", "--harness", "") == {"own", "test_progs"}
    assert completed("kiter", "kernels", "f") == {"fetch"}
    assert "--harness" not in completed("kiter", "build", "--")
