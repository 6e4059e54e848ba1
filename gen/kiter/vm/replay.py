# SPDX-License-Identifier: GPL-2.0-only
"""What kbuild has run to make a module, run again for another text: it saves make and two compilations.

A first build goes through make, with a shell that writes down what it is asked to run. What make adds to the
object of a module depends on the symbols that it uses and on its .modinfo alone: what modpost has made for it
is kept with them, and taken as long as they are the same. Else make does all of it anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from kiter import tools
from kiter.btf.elf import Elf
from kiter.cache.keys import key_of
from kiter.value_class import value_class

RECORDER = """#!/bin/sh
case "$PWD/ $2" in
*"$KITER_WORK/"*) { printf '%s\\0' "$PWD" "$1" "$2"; env -0; } > "$KITER_WORK/.ran/$$" ;;
esac
exec /bin/sh "$@"
"""
_NOT_KEPT = frozenset({"MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "SHELL", "KITER_WORK", "PWD"})
_RAN, _COMMANDS, _HERE = ".ran", "commands.json", "$here"


@value_class
class Ran:
    """A command line of the shell: where it was run, and with what in its environment beside our own."""

    cwd: str
    words: tuple[str, ...]
    environment: Mapping[str, str]


def recording(work: Path) -> tuple[str, Mapping[str, str]]:
    """The word and the environment by which a make in that folder writes down what it runs."""
    (work / _RAN).mkdir()
    recorder = work / ".recorder"
    recorder.write_text(RECORDER)
    recorder.chmod(0o755)
    return f"SHELL={recorder}", {"KITER_WORK": str(work)}


def kept(work: Path, name: str, into: Path) -> None:
    """Keeps what that make has run for a module, and what it has made beside its object."""
    own = re.compile(rf"(?<![\w.]){name}\.(?:c|ko)(?![\w.])")
    ran = [[one.cwd, one.words, dict(one.environment)] for one in _recorded(work) if own.search(one.words[1])]
    whole = json.dumps([_shape(work, name), ran], ensure_ascii=False)
    (into / _COMMANDS).write_text(whole.replace(str(work), _HERE))
    for made in (f"{name}.mod.o", ".module-common.o"):
        if (work / made).exists():
            shutil.copy(work / made, into / made)


def _recorded(work: Path) -> Iterator[Ran]:
    """In the order in which they were begun."""
    files = (work / _RAN).iterdir()
    for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, int(file.name))):
        cwd, how, text, *rest = file.read_text(errors="surrogateescape").split("\0")
        pairs = (word.partition("=") for word in rest if word)
        added = {name: value for name, _, value in pairs if os.environ.get(name) != value}
        yield Ran(cwd, (how, text), {name: added[name] for name in added.keys() - _NOT_KEPT})


def again(parts: Path, work: Path, name: str) -> bool:
    """Makes a module of the source in `work`, as the one was that is kept; False if make must do it."""
    shape, ran = json.loads((parts / _COMMANDS).read_text().replace(_HERE, str(work)))
    first, *rest = (Ran(cwd, tuple(words), environment) for cwd, words, environment in ran)
    if not _run(first) or _shape(work, name) != shape:
        return False
    for made in parts.glob("*.o"):
        shutil.copy(made, work / made.name)
    return all(map(_run, rest)) and (work / f"{name}.ko").exists()


def _run(ran: Ran) -> bool:
    done = tools.run(["/bin/sh", *ran.words], Path(ran.cwd), ran.environment, timeout=None)
    return done.status == 0


def _shape(work: Path, name: str) -> str:
    """What modpost looks at: the symbols of an object with their types, and most of its .modinfo."""
    made = work / f"{name}.o"
    listed = subprocess.run(
        ["nm", "--format=posix", "--extern-only", made], capture_output=True, text=True, check=True
    ).stdout
    symbols = sorted(" ".join(line.split()[:2]) for line in listed.splitlines())
    said = Elf(made.read_bytes(), str(made)).data(".modinfo").split(b"\0")
    # scripts/mod/modpost.c goes by the licence, the namespaces and the version
    return key_of(*symbols, "", *(word for word in said if not word.startswith(b"description=")))
