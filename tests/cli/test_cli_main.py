# SPDX-License-Identifier: GPL-2.0-only
"""The frame of the command line: options, statuses, and that no traceback gets out."""

from __future__ import annotations

import argparse
import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiter.cli import command, main
from kiter.cli._new_spec import reference
from kiter.codes import CODES, TABLES, every_code
from kiter.errors import Diagnostic, KiterError, Position, environment

ROOT = Path(__file__).parents[2]
KITER = [sys.executable, "-m", "kiter.cli.main"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "gen")}
ENVIRONMENT.pop("PYTHONUNBUFFERED", None)  # with it no flush at the end could fail


@pytest.fixture
def probe(monkeypatch):
    """probe(function): adds a command `probe` that does what the function does."""

    def install(execute):
        module = SimpleNamespace(
            NAME="probe", HELP="try", EXAMPLE="kiter probe", add_options=lambda _: None, execute=execute
        )
        names, load = command.names(), command.load
        monkeypatch.setattr(command, "names", lambda: [*names, "probe"])
        monkeypatch.setattr(command, "load", lambda name: module if name == "probe" else load(name))

    return install


def raising(error):
    def execute(_):
        raise error

    return execute


# --- commands ----------------------------------------------------------------------------------


def test_every_command_has_help_with_an_example(capsys):
    for name in command.names():
        module = command.load(name)
        assert name == module.NAME and module.HELP[0].islower() and not module.HELP.endswith(".")
        assert main.main([name, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"example:\n  kiter {name}" in text and "--format {text,json" in text


def test_the_help_lists_the_commands(capsys):
    assert main.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "example:\n" in text
    for name in command.names():
        assert f"\n    {name} " in text


def test_one_command_does_not_import_the_others():
    script = (
        "import sys; from kiter.cli.main import main; main(['schema', '--path']);"
        "print(sorted(m for m in sys.modules if m.startswith('kiter.cli.') or m in ('yaml', 'jsonschema')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    wanted = ["kiter.cli.command", "kiter.cli.main", "kiter.cli.report", "kiter.cli.schema"]
    assert done.stdout.splitlines()[-1] == str(wanted)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "commands:"),
        (["schemaa"], "there is no command 'schemaa': did you mean 'schema'?"),
        (["qqqqqqqq"], "'kiter --help' lists them"),
        (["schema", "--bogus"], "unrecognized arguments: --bogus"),
        (["schema", "--pat"], "unrecognized arguments: --pat"),
        (["--format", "xml", "schema"], "invalid choice: 'xml'"),
        (["schema", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_usage_errors_exit_2(capsys, arguments, says):
    assert main.main(arguments) == 2
    told = capsys.readouterr()
    assert says in told.err and told.out == ""


@pytest.mark.parametrize(
    "arguments", [["--format", "json", "probe", "-v"], ["-v", "probe", "--format", "json"]], ids=str
)
def test_global_options_stand_on_either_side(probe, arguments):
    seen = []
    probe(lambda options: seen.append((options.format, options.verbose, options.color)) or 0)
    assert main.main(arguments) == 0
    assert seen == [("json", 1, "auto")]


def test_the_version_is_printed(capsys):
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("kiter ")


@pytest.mark.parametrize(
    ("mode", "terminal", "variables", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
    ],
)
def test_colour(monkeypatch, mode, terminal, variables, wanted):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert command.wants_colour(mode, SimpleNamespace(isatty=lambda: terminal)) is wanted


# --- what goes wrong ---------------------------------------------------------------------------

SPEC_ERROR = KiterError(Diagnostic(Position("f", 1, 1), "S07", "twice", source="a: 1"))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SPEC_ERROR, (1, "f:1:1: error[S07]: twice")),
        (environment("E10", "no compiler"), (2, "kiter: error[E10]: no compiler")),
        (OSError(errno.ENOSPC, "No space left on device", "out/x.c"), (2, "out/x.c: error[E90]: ")),
        (OSError("odd"), (2, "kiter: error[E90]: the system refused: odd")),
        (MemoryError(), (2, "kiter: error[E91]: out of memory")),
        (RecursionError("maximum"), (1, "kiter: error[S11]: ")),
        (KeyboardInterrupt(), (130, "")),
        (SystemExit(3), (3, "")),
        (SystemExit("text"), (2, "")),
        (SystemExit(), (0, "")),
        (
            ZeroDivisionError("division\nby zero"),
            (70, "kiter: internal error[E99]: ZeroDivisionError: division by"),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_every_exception_becomes_a_status(probe, capfd, monkeypatch, error, outcome):
    monkeypatch.delenv("KITER_DEBUG", raising=False)
    monkeypatch.setattr(main, "_drop_output", lambda: None)  # pytest needs its own stdout
    probe(raising(error))
    status, says = outcome
    assert main.main(["probe"]) == status
    told = capfd.readouterr().err
    assert says in told and "Traceback" not in told


def test_a_traceback_is_for_those_who_ask(probe, capfd, monkeypatch):
    monkeypatch.setenv("KITER_DEBUG", "1")
    probe(raising(ZeroDivisionError("x")))
    assert main.main(["probe"]) == 70
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize("style", ["json", "github"])
def test_errors_follow_the_format(probe, capfd, style):
    probe(raising(SPEC_ERROR))
    assert main.main(["probe", "--format", style]) == 1
    told = capfd.readouterr().err
    assert (
        json.loads(told)[0]["code"] == "S07" if style == "json" else told.startswith("::error file=f,line=1")
    )


def test_colour_when_asked(probe, capfd):
    probe(raising(SPEC_ERROR))
    main.main(["probe", "--color", "always"])
    assert "\x1b[1;31merror[S07]:\x1b[0m" in capfd.readouterr().err


def kiter(redirection, arguments="schema", **variables):
    """Run kiter in a shell with its output redirected somewhere."""
    line = f'"$@" {arguments} {redirection}'
    return subprocess.run(
        ["bash", "-c", line, "bash", *KITER],
        env=ENVIRONMENT | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", ["schema", "explain S07"], ids=["while-writing", "at-the-end"])
def test_a_full_disk_is_told(arguments):
    done = kiter("> /dev/full", arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[E90]: the system refused: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_reader_that_leaves_is_no_error():
    done = kiter("| true; exit ${PIPESTATUS[0]}")
    assert (done.returncode in (0, 141), done.stderr) == (True, "")


def test_closed_streams_are_no_error():
    assert (kiter(">&-").returncode, kiter(">&-").stderr) == (0, "")
    assert kiter("2>&-").returncode == 0


def test_a_poor_locale_is_no_error():
    done = kiter("> /dev/null", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


# --- codes, explain and schema -----------------------------------------------------------------


def test_codes_are_complete():
    for name, code in every_code().items():
        assert name == code.code and code.title and code.reason
        assert not code.title.endswith(".") and not code.hint.endswith(".")
    assert set(CODES) <= set(every_code())


def test_tables_of_other_parts_are_merged_in(monkeypatch):
    table = {"Z01": SimpleNamespace(code="Z01", name="z", title="t", reason="r", hint="")}
    monkeypatch.setitem(sys.modules, TABLES[0], SimpleNamespace(CODES=table, __spec__=SimpleNamespace()))
    monkeypatch.setattr(
        "kiter.codes.importlib.util.find_spec", lambda name: name.startswith("kiter.lint") or None
    )
    assert "Z01" in every_code() and "S01" in every_code()


@pytest.mark.parametrize("name", ["S07", "s07", "s7", "[S07]", "S07:", "duplicate-key", "[duplicate_key]"])
def test_explain_takes_a_code_or_a_name_as_it_was_seen(capsys, name):
    assert main.main(["explain", name]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"S07 (duplicate-key): {CODES['S07'].title}\n") and CODES["S07"].hint in text


def test_explain_lists_all(capsys):
    assert main.main(["explain"]) == 0
    listed = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert ["S07", "duplicate-key", CODES["S07"].title] in listed
    assert main.main(["explain", "--format", "json"]) == 0
    assert {c["code"] for c in json.loads(capsys.readouterr().out)} == set(every_code())


def test_explain_knows_no_such_code(capsys):
    assert main.main(["explain", "S07", "S99"]) == 2
    told = capsys.readouterr()
    assert "error[E01]: there is no code or name 'S99'" in told.err and told.out == ""


def test_schema_prints_the_file_and_its_path(capsys):
    assert main.main(["schema", "--path"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert main.main(["schema"]) == 0
    assert capsys.readouterr().out == path.read_text("utf-8")


def test_a_new_spec_names_its_schema_by_a_path_that_is_right_on_every_machine(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", "sibling"]) == 0
    assert (
        Path("specs/sibling.yaml")
        .read_text("utf-8")
        .startswith("# yaml-language-server: $schema=spec.schema.json\n")
    )
    schema = Path("specs/spec.schema.json")
    assert json.loads(schema.read_text("utf-8"))["properties"]["iterator"]
    schema.write_text("mine")
    assert main.main(["new", "other"]) == 0
    assert schema.read_text() == "mine"
    assert main.main(["schema", "-o", str(schema)]) == 0
    assert main.main(["schema", "--path"]) == 0
    assert schema.read_text("utf-8") == Path(capsys.readouterr().out.splitlines()[-1]).read_text("utf-8")


def test_a_spec_in_the_checkout_names_the_schema_there():
    assert reference(ROOT / "specs/new.yaml") == "../gen/kiter/spec/schema.json"
    assert reference(ROOT / "specs/letter/new.yaml") == "../../gen/kiter/spec/schema.json"


def test_show_prints_to_stderr_only(capsys):
    command.show(SPEC_ERROR.diagnostics, argparse.Namespace(format="text", color="never"))
    told = capsys.readouterr()
    assert told.out == "" and "error[S07]" in told.err


def test_an_empty_name_is_no_folder():
    done = subprocess.run([*KITER, "lint", ""], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "the name of a spec is empty" in done.stderr


def test_a_new_spec_raises_no_question(tmp_path, capsys):
    spec = str(tmp_path / "sibling.yaml")
    assert main.main(["new", "sibling", "-o", spec]) == 0
    assert main.main(["lint", "--design", spec]) == 0
    assert capsys.readouterr().err == ""
