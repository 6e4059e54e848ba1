# SPDX-License-Identifier: GPL-2.0-only
"""The `kiter` command: options -> subcommand -> exit status. No traceback reaches a user."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from kiter.cli import command
from kiter.cli.report import FORMATS
from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, FINDINGS, Diagnostic, KiterError, Position

USAGE = 2
INTERNAL = 70
BROKEN_PIPE = 141
INTERRUPTED = 130

# How many objects may come before the collector looks for some to free: a run keeps nearly all that it makes,
# and with Python's 700 a tenth of the time is spent on looking.
_MADE_AT_ONCE = 100_000

_DESCRIPTION = "Generate open-coded BPF iterators from YAML specs, and prove that they work."
_EXAMPLE = "kiter build specs/css.yaml"


def run() -> int:
    """The console entry: the exit status for what is in sys.argv."""
    gc.set_threshold(_MADE_AT_ONCE)
    try:
        return main(sys.argv[1:])
    finally:
        gc.freeze()  # what there is goes with the process: a last look at it takes a tenth of a small run


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` say; the exit status. Catches everything, prints what went wrong."""
    _prepare_output()
    options = argparse.Namespace(format="text", color="auto", verbose=0)
    try:
        status = _guarded(lambda: _dispatch(arguments, options), options)
        return _guarded(lambda: _flush(status), options)
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE


def _guarded(work: Callable[[], int], options: argparse.Namespace) -> int:
    """Run `work`, and turn whatever it raises into a message and a status."""
    try:
        return work()
    except BrokenPipeError:
        raise
    except SystemExit as stop:
        return _status(stop)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # whatever it is, the user gets a message
        if isinstance(error, OSError):
            _drop_output()
        told = _told(error)
        if told is None:
            return _internal(error)
        command.show(told.diagnostics, options)
        return told.status


def _told(error: Exception) -> KiterError | None:
    """What a user is told about an exception; None for a bug of ours."""
    if isinstance(error, KiterError):
        return error
    if isinstance(error, OSError):
        what = error.strerror or str(error) or type(error).__name__
        file = error.filename if isinstance(error.filename, str) else ""
        return _from_code("E90", f"the system refused: {what}", ENVIRONMENT, file)
    if isinstance(error, MemoryError):
        return _from_code("E91", "out of memory", ENVIRONMENT)
    if isinstance(error, RecursionError) and not _debugging():
        return _from_code("S11", "the input is nested too deeply", FINDINGS)
    return None


def _dispatch(arguments: Sequence[str], options: argparse.Namespace) -> int:
    known = command.names()
    wanted = next((a for a in arguments if a in known), None)
    # Only the one that runs is imported; all of them only to list them or to refuse a wrong name.
    loaded = {name: command.load(name) for name in known if name == wanted or wanted is None}
    parser = parser_of(loaded)
    parser.parse_args(arguments, namespace=options)
    if options.command is None:
        parser.print_help(sys.stderr)
        return USAGE
    return loaded[options.command].execute(options)


class _Parser(argparse.ArgumentParser):
    """Says what was probably meant when the name of a command is wrong."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("argument COMMAND: invalid choice: "):
            word = message.split("'")[1]
            import difflib  # noqa: PLC0415 - only for who made a mistake, as everything that loads it

            near = difflib.get_close_matches(word, command.names(), n=1)
            hint = f": did you mean '{near[0]}'?" if near else "; 'kiter --help' lists them"
            message = f"there is no command '{word}'{hint}"
        super().error(message)


def parser_of(commands: Mapping[str, command.Command]) -> argparse.ArgumentParser:
    """What parses the command line of these subcommands, by their names.

    The manual pages and the completions of shells are made from the one that has all of them.
    """
    parser = _Parser(
        prog="kiter",
        description=_DESCRIPTION,
        epilog=f"example:\n  {_EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    command.add_global_options(parser)
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, module in commands.items():
        _add(subparsers, name, module)
    return parser


class _Version(argparse.Action):
    """Asks for the version only when it is wanted."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"kiter {command.version() or '(run from its sources)'}")
        parser.exit()


def _add(subparsers: argparse._SubParsersAction[_Parser], name: str, module: command.Command) -> None:
    example = "\n".join(f"  {line}" for line in module.EXAMPLE.strip().splitlines())
    parser = subparsers.add_parser(
        name,
        help=module.HELP,
        description=module.HELP[:1].upper() + module.HELP[1:] + ".",
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_options(parser)
    formats = getattr(module, "FORMATS", FORMATS)
    verbose = getattr(module, "VERBOSE", command.VERBOSE)
    command.add_global_options(parser, default=argparse.SUPPRESS, formats=formats, verbose=verbose)


def _prepare_output() -> None:
    """Output never fails for a character, nor because a stream was closed before the start."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            sink = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
            setattr(sys, name, sink)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush(status: int) -> int:
    """Write out what is buffered while an error can still be told, as of a full disk."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def _drop_output() -> None:
    """Nobody reads on: keep the interpreter from trying again when it exits.

    A stream that somebody has put in the place of the process's own is theirs.
    """
    own = sys.__stdout__
    if own is None or sys.stdout is not own:
        return
    with contextlib.suppress(OSError, ValueError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, own.fileno())
        os.close(sink)


def _status(stop: SystemExit) -> int:
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    return USAGE


def _from_code(name: str, message: str, status: int, file: str = "") -> KiterError:
    code = CODES[name]
    return KiterError(Diagnostic(Position(file), name, message, code.reason, code.hint), status=status)


def _debugging() -> bool:
    return bool(os.environ.get("KITER_DEBUG"))


def _internal(error: BaseException) -> int:
    """A bug of ours: one line, the traceback only for whoever asks for it."""
    if _debugging():
        import traceback  # noqa: PLC0415 - only for who asks for it

        traceback.print_exception(error)
    said = " ".join(str(error).split())[:200]
    sys.stderr.write(
        f"kiter: internal error[E99]: {type(error).__name__}: {said}; "
        "please report it with what KITER_DEBUG=1 in the environment prints\n"
    )
    return INTERNAL


if __name__ == "__main__":
    sys.exit(run())
