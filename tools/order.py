# SPDX-License-Identifier: GPL-2.0-only
"""The packages and modules below gen/kiter/, from the bottom to the top, with what each may import.

docs/tour.md shows this, and a test holds the code to it: no import points up, so there is no circle.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1] / "gen/kiter"


@dataclass(frozen=True, slots=True)
class Part:
    """A package or a module of kiter: what it is for, and which others it may import."""

    name: str
    does: str
    may: tuple[str, ...] = ()


def _part(name: str, does: str, may: str = "") -> Part:
    return Part(name, does, tuple(may.split()))


FOR_ALL = ("value_class", "regex")  # imported everywhere, and so named nowhere
ORDER = (
    _part("value_class", "typed dataclasses, each made when its first value is; all may import it"),
    _part("regex", "regular expressions, each compiled when it is first asked; all may import it"),
    _part("errors", "diagnostics with their places, and the one exception that carries them"),
    _part("names", "which name a misspelt one was meant to be"),
    _part("resources", "where templates, specs and examples of errors are"),
    _part("manifest", "which files of an output folder are kiter's"),
    _part("cache", "answers known from before, by the content of all that they came from"),
    _part("codes", "the codes of errors", "errors"),
    _part("edit", "changes of a text that the user wrote", "errors"),
    _part("tools", "programs that a user may have to install: finding and running them", "codes"),
    _part("bytecode", "compiled templates, kept in the cache", "cache"),
    _part("markup", "texts as reStructuredText, kernel-doc and plain text"),
    _part("prose", "words as paragraphs, sentences and comments", "markup"),
    _part("btf", "the types and kfuncs in a kernel's BTF", "errors"),
    _part("csource", "a file of kernel C: what it defines, and the syntax of each function", "errors btf"),
    _part("flow", "what a function of C does along its paths: states, and what breaks", "csource"),
    _part("interface", "what an iterator is to BPF programs", "btf"),
    _part(
        "spec",
        "YAML text to a document, checked by the schema, resolved for one kernel",
        "errors names resources codes",
    ),
    _part("target", "what differs between kernels, as data", "errors spec"),
    _part("analysis", "what follows from a resolved spec: state, liveness, look-ahead", "spec"),
    _part("fixtures", "what tests know of a kind of element", "errors resources cache csource spec"),
    _part(
        "tested",
        "what runs showed of an iterator, for its cover letter",
        "resources cache fixtures spec target",
    ),
    _part("layout", "width, alignment and order of rendered C", "spec"),
    _part("fragment", "what joins a file of a kernel tree, and where", "layout"),
    _part("output", "what generation gives: files and fragments", "errors interface fragment"),
    _part(
        "tree",
        "kernel trees: where an output belongs in one",
        "errors cache codes tools csource fragment output spec target",
    ),
    _part(
        "lint",
        "what is wrong with a spec, and with an iterator in C",
        "errors names resources codes edit btf csource flow spec target analysis fixtures",
    ),
    _part(
        "frontend",
        "files to iterators: load, check, resolve, lint",
        "errors resources manifest codes spec target fixtures lint",
    ),
    _part("fix", "findings of a spec that can be corrected in one way", "errors edit spec target lint"),
    _part(
        "lower",
        "which template, which names and expressions; folders as in templates/",
        "prose btf interface fragment output spec target analysis fixtures tested",
    ),
    _part("render", "templates filled in, C laid out", "resources cache bytecode markup prose layout lower"),
    _part(
        "generate",
        "one iterator and one kernel to all outputs",
        "btf fragment output spec target lower render",
    ),
    _part("demonstrate", "programs that only a prototype gets", "spec target lower render"),
    _part(
        "kernel",
        "real kernels: headers, compiling, trees and their scripts",
        "errors cache codes tools btf fragment output spec target tree lower render",
    ),
    _part(
        "patches",
        "patches in mails: what a series makes of a tree, judged, and replies",
        "errors cache codes tools csource flow target lint kernel",
    ),
    _part(
        "sinks", "write, compare, check, put into a tree", "errors manifest cache codes output tree kernel"
    ),
    _part(
        "series",
        "patch series: commits, checked mails",
        "errors cache codes tools fragment output spec target tested tree lower render generate kernel sinks",
    ),
    _part(
        "vm",
        "iterators under the real verifier, in QEMU",
        "errors cache codes tools btf output spec target fixtures lower render generate demonstrate"
        " kernel sinks",
    ),
    _part(
        "mutants",
        "seeded bugs, and which of them the generated tests find",
        "errors cache codes btf csource interface output spec target fixtures lower render kernel vm",
    ),
    _part(
        "sync",
        "what differs between a spec and a kernel",
        "errors manifest cache codes btf csource interface output spec target tree lint frontend lower sinks",
    ),
    _part("watch", "a run at each save, and the screen that shows it", "errors fixtures frontend"),
    _part("site", "the site of all iterators", "errors codes output spec target lower render generate"),
    _part(
        "adopt",
        "a spec from what a kernel has as hand-written code",
        "errors cache btf csource spec target tree fixtures sync",
    ),
    _part(
        "lsp",
        "answers for an editor: findings, edits, completion, hover, outline, definitions",
        "errors codes btf csource spec target fixtures output frontend fix generate kernel",
    ),
    _part(
        "cli",
        "one module per subcommand",
        "errors resources manifest cache codes tools btf output spec target fixtures tested tree lint "
        "frontend fix render generate kernel patches sinks series vm mutants sync site watch adopt lsp",
    ),
)


def imports() -> Mapping[str, Mapping[str, str]]:
    """For each part the others that it imports, each with a file that does."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        part = _top(path)
        for name in _imported(ast.parse(path.read_text("utf-8"))):
            if name not in (part, *FOR_ALL):
                found.setdefault(part, {}).setdefault(name, str(path.relative_to(ROOT)))
        found.setdefault(part, {})
    del found["__init__"]
    return found


def _top(path: Path) -> str:
    """The part that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imported(tree: ast.Module) -> Iterator[str]:
    """The parts that a module imports, at its top or later."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, "relative imports are not used here"
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            package, _, below = module.partition(".")
            if package == "kiter" and below and not below.startswith("__"):
                yield below.partition(".")[0]
