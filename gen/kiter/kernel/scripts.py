# SPDX-License-Identifier: GPL-2.0-only
"""checkpatch.pl and kernel-doc of a kernel source tree, run on what was generated."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.messages import Finding, judged, parse, unexplained
from kiter.kernel.tree import Tree
from kiter.output import Kind, Output, Rendered
from kiter.regex import regex
from kiter.tools import Tool
from kiter.value_class import value_class

_TERSE = regex(
    r"^.*?:(?P<line>\d+): (?P<level>ERROR|WARNING|CHECK):(?P<type>\w+): (?P<text>.*)$", re.MULTILINE
)
_SAID_SO = ("--terse", "--show-types", "--no-summary", "--color=never")
_CHECKPATCH = (
    *("scripts/checkpatch.pl", "scripts/spelling.txt", "scripts/const_structs.checkpatch"),
    "Documentation/dev-tools/checkpatch.rst",
)
_KERNEL_DOC_PARTS = ("scripts/lib", "tools/lib/python", "tools/docs")
_FAILED = "checkpatch.pl did not judge the file"


@value_class
class Exemption:
    """A complaint of checkpatch that is dropped: of this type, on a line that matches, for this reason."""

    type: str
    line: re.Pattern[str]
    reason: str


EXEMPTIONS: Sequence[Exemption] = (
    Exemption(
        "SPACING",
        regex(r"\(void\) (__weak )?__ksym\b"),
        "an empty parameter list before __ksym is taken for a cast to void",
    ),
    Exemption(
        "AVOID_EXTERNS",
        regex(r"__ksym;"),
        "a BPF program must declare the kfuncs it calls, and libbpf needs the 'extern'",
    ),
)


def jobs(rendered: Rendered, tree: Tree, cache: Cache) -> list[Job]:
    """A checkpatch job for each C file, and a kernel-doc job for the kfuncs."""
    perl = tools.require("perl")
    where = cache.named(str(tree.path))
    found = [_checkpatch(rendered, output, tree, where, perl) for output in rendered.outputs if _is_c(output)]
    kfuncs = rendered.of(Kind.KFUNCS)
    return [*found, _kernel_doc(rendered, kfuncs, tree, where, perl)] if kfuncs else found


def _is_c(output: Output) -> bool:
    return output.path.endswith((".c", ".h"))


def _checkpatch(rendered: Rendered, output: Output, tree: Tree, where: str, perl: Tool) -> Job:
    def work(scratch: Path, _: Sequence[Path]) -> Done:
        _lay(scratch, output)
        script = tree.path / "scripts/checkpatch.pl"
        words = ["--strict", "--no-tree", *_SAID_SO, "-f"]
        # checkpatch reads a .checkpatch.conf of its user: in another HOME there is none
        done = tools.run([perl.path, str(script), *words, output.path], scratch, {"HOME": str(scratch)})
        return Done(_judged(done, output.text), reads=checkpatch_reads(tree))

    key = key_of("checkpatch", code_of(__name__), where, perl.identity, output.path, output.text)
    return Job(JobKind.CHECKPATCH, rendered.spec, output.path, output.text, "B04", key, work)


def _lay(scratch: Path, output: Output) -> None:
    """Write the file at its own path: some rules go by that."""
    path = scratch / output.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(output.text, encoding="utf-8")


def complaints(said: str, text: str) -> tuple[Finding, ...]:
    """checkpatch's terse output as findings, without those that are exempt."""
    lines = text.splitlines()
    found = []
    for match in _TERSE.finditer(said):
        number = int(match["line"])
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        if not any(exempt.type == match["type"] and exempt.line.search(line) for exempt in EXEMPTIONS):
            level = "error" if match["level"] == "ERROR" else "warning"
            found.append(Finding(number, 0, level, f"{match['text']} [{match['type']}]"))
    return tuple(found)


def _kernel_doc(rendered: Rendered, output: Output, tree: Tree, where: str, perl: Tool) -> Job:
    def work(scratch: Path, _: Sequence[Path]) -> Done:
        _lay(scratch, output)
        return kernel_doc(scratch, output.path, tree, perl)

    made_with = (code_of(__name__), where, perl.identity, sys.version)
    key = key_of("kernel-doc", *made_with, output.path, output.text)
    return Job(JobKind.KERNEL_DOC, rendered.spec, output.path, output.text, "B05", key, work)


def kernel_doc(folder: Path, path: str, tree: Tree, perl: Tool) -> Done:
    """What kernel-doc says of the file at that path below the folder."""
    script = tree.path / "scripts/kernel-doc"
    if not script.is_file():
        return Done(unfit=f"{script} does not exist")
    source = script.read_text(encoding="utf-8", errors="replace")
    # It was Perl until 6.15 and is Python since.
    runner = sys.executable if "python" in source.partition("\n")[0] else perl.path
    wall = ["-Wall"] if "Wall" in source or runner == sys.executable else []
    done = tools.run([runner, str(script.resolve()), "-none", *wall, path], folder)
    found = judged(parse(done.stderr, path), done.status, done.stderr)
    parts = [part for place in _KERNEL_DOC_PARTS for part in sorted((tree.path / place).rglob("*.py"))]
    return Done(found, reads=(str(script), *(str(part) for part in parts)))


def checkpatch_reads(tree: Tree) -> tuple[str, ...]:
    """What checkpatch is made of; it looks for more only when it is given a mail."""
    return tuple(str(tree.path / name) for name in _CHECKPATCH)


def patch_findings(scratch: Path, name: str, mail: str, tree: Tree, perl: Tool) -> tuple[Finding, ...]:
    """What checkpatch says of a mail with a patch, whose lines are counted from the mail's first."""
    (scratch / name).write_text(mail, encoding="utf-8", errors="surrogateescape")
    script = tree.path / "scripts/checkpatch.pl"
    words = ["--strict", f"--root={tree.path}", *_SAID_SO, name]
    done = tools.run([perl.path, str(script), *words], scratch, {"HOME": str(scratch)})
    return _judged(done, mail)


def _judged(done: tools.Outcome, text: str) -> tuple[Finding, ...]:
    if done.status and not _TERSE.search(done.stdout):
        said = unexplained(done.status, done.stderr or done.stdout)
        return (replace(said, text=f"{_FAILED}: {said.text}"),)
    return complaints(done.stdout, text)
