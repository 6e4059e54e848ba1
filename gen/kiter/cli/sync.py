# SPDX-License-Identifier: GPL-2.0-only
"""`kiter sync`: are a kernel's iterators, its sources and the pages about them still as the specs say?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from kiter import frontend
from kiter.btf.reader import Btf
from kiter.cli.command import KERNEL, show
from kiter.cli.report import printable
from kiter.errors import FINDINGS, Diagnostic, environment
from kiter.generate import generate
from kiter.kernel import btf_files, profiles
from kiter.kernel.btf_files import Source
from kiter.kernel.named import source_tree
from kiter.output import Rendered
from kiter.sinks import apply as sink
from kiter.sinks.write import alone
from kiter.spec import model
from kiter.spec.release import spelled
from kiter.sync import drift, interface, inventory, known, reference, soundness, specs
from kiter.sync.codes import CODES
from kiter.sync.compare import Difference
from kiter.sync.drift import Drift
from kiter.sync.reference import Page
from kiter.sync.sources import Tree
from kiter.target.profile import DEFAULT, Profile, profile, releases
from kiter.tree import apply, record, worktree
from kiter.tree.record import Applied
from kiter.tree.worktree import WorkTree
from kiter.value_class import value_class

NAME = "sync"
HELP = "say where a kernel, its sources or the pages about its iterators differ from the specs"
EXAMPLE = """
kiter sync --kernel 6.12
kiter sync --btf /sys/kernel/btf/vmlinux specs/task.yaml
kiter sync --tree ~/linux --write specs/mine.yaml
kiter sync --docs ~/linux/Documentation/bpf specs/mine.yaml
"""


@value_class
class _With:
    """What the specs are compared with; each part may be missing, but not all."""

    source: Source | None
    types: Btf | None
    tree: WorkTree | None
    docs: Path | None
    target: Profile

    @property
    def release(self) -> str:
        """The release of the kernel, as far as it is known."""
        if self.source and self.source.release:
            return self.source.release
        return spelled(self.tree.version) if self.tree else ""


@value_class
class _Found:
    """What was found."""

    compared: tuple[Drift, ...]  # iterators that the kernel has
    pages: tuple[Page, ...]  # of --docs
    absent: tuple[str, ...]  # specs whose iterator is nowhere
    without_spec: tuple[str, ...]  # iterators that have none
    fixed: tuple[str, ...]  # files that were written
    unsound: tuple[Diagnostic, ...]  # what is wrong with the kernel's BTF
    unlisted: tuple[Diagnostic, ...]  # iterators that no page lists

    @property
    def diagnostics(self) -> Iterator[Diagnostic]:
        """All that is to fix."""
        yield from (*self.unsound, *self.unlisted)
        yield from (d for one in self.compared for d in drift.diagnostics(one))
        yield from (reference.diagnostic(page) for page in self.pages if page.state)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter sync`."""
    parser.add_argument(
        "specs", nargs="*", metavar="SPEC", help="specs of iterators that the kernel has (default: specs/)"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--kernel", default="", metavar=KERNEL, help="a kernel whose headers are here, or a built tree"
    )
    where.add_argument(
        "--btf",
        dest="kernel",
        default="",
        metavar=KERNEL,
        help="the same; as a file, a vmlinux, a module, or BTF alone as in /sys/kernel/btf/",
    )
    parser.add_argument(
        "--tree", metavar="DIR", help="kernel sources: code, ids, headers, comments and pages"
    )
    parser.add_argument("--docs", type=Path, metavar="DIR", help="a folder of reference pages")
    parser.add_argument(
        "--write",
        action="store_true",
        help="first fix what kiter made and nobody edited, there and in --tree",
    )
    parser.add_argument(
        "--target", default="", help=f"what to generate for: {', '.join(releases())} (default: the kernel's)"
    )


def execute(options: argparse.Namespace) -> int:
    """Fix if asked to, then compare; 1 if anything differs in a way that is not known."""
    beside = _beside(options)
    its = specs.read(frontend.collect(options.specs), beside.target)
    rendered = tuple(generate(it, beside.target) for it in its) if beside.docs or options.write else ()
    fixed = tuple(_fixed(beside, its, rendered)) if options.write else ()
    found = _compared(beside, its, rendered, fixed, bool(options.specs))
    to_fix = tuple(sorted(found.diagnostics))
    show((*to_fix, *(beside.tree.warnings if beside.tree and not options.target else ())), options)
    if options.format == "json":
        sys.stdout.write(json.dumps(_facts(beside, found), indent=2) + "\n")
    elif options.format == "text":
        sys.stdout.write("".join(f"{printable(line)}\n" for line in _text(beside, found)))
    return FINDINGS if to_fix else 0


def _beside(options: argparse.Namespace) -> _With:
    source = None
    if options.kernel:
        source = btf_files.find(options.kernel)
    tree = worktree.open_tree(source_tree(options.tree)) if options.tree else None
    if not source and not tree and not options.docs:
        raise _lacking("D12", "")
    types = source.read() if source else None
    return _With(source, types, tree, options.docs, _target(source, tree, options.target))


def _target(source: Source | None, tree: WorkTree | None, wanted: str) -> Profile:
    if wanted:
        return profile(wanted)
    if tree:
        return tree.profile
    if source and not source.release:
        raise _lacking("D10", str(source.path))
    return profiles.of(source.release) if source else profile(DEFAULT)


def _lacking(name: str, file: str) -> Exception:
    code = CODES[name]
    return environment(name, code.title, code.reason, code.hint, file)


def _compared(
    beside: _With,
    its: Sequence[model.Spec],
    rendered: Sequence[Rendered],
    fixed: tuple[str, ...],
    named: bool,
) -> _Found:
    tree = Tree(beside.tree.path) if beside.tree else None
    pairs = [(it, drift.of(it, beside.target, beside.types, tree)) for it in its]
    compared = tuple(result for _, result in pairs if result)
    if not compared and (beside.source or beside.tree):
        raise _lacking("D11", str((beside.source or beside.tree).path))  # type: ignore[union-attr] # one is there
    return _Found(
        compared=compared,
        pages=reference.pages(rendered, beside.docs, _left(beside.tree)) if beside.docs else (),
        absent=tuple(it.name for it, result in pairs if not result) if tree or beside.types else (),
        without_spec=() if named else tuple(sorted(_offered(beside) - {it.name for it in its})),
        fixed=fixed,
        unsound=_unsound(beside),
        unlisted=tuple(found for folder in _folders(beside) for found in reference.unlisted(folder)),
    )


def _offered(beside: _With) -> set[str]:
    """The iterators of the kernel, as its BTF and its sources have them."""
    found = set(interface.offered(beside.types)) if beside.types else set()
    return found | set(inventory.names(beside.tree.path) if beside.tree else ())


def _folders(beside: _With) -> set[Path]:
    """The folders with reference pages."""
    of_tree = [beside.tree.path / beside.target.docs] if beside.tree else []
    return {folder.resolve() for folder in (*of_tree, *([beside.docs] if beside.docs else []))}


def _unsound(beside: _With) -> tuple[Diagnostic, ...]:
    """What is wrong with the kernel's BTF itself."""
    found = soundness.of(beside.types) if beside.types else None
    return () if found is None or found else (soundness.diagnostic(found),)


def _left(tree: WorkTree | None) -> dict[Path, str]:
    """The files that `kiter apply` wrote or changed in a tree, as it left them."""
    changes = record.load(tree.record).changes if tree else {}
    return {(tree.path / path).resolve(): change.after for path, change in changes.items() if tree}


# --- fixing -------------------------------------------------------------------------------------


def _fixed(beside: _With, its: Sequence[model.Spec], rendered: Sequence[Rendered]) -> Iterator[str]:
    """What was put into a tree is put in anew, as it is generated now; pages are written."""
    if beside.tree:
        yield from _fixed_tree(beside.tree, its, rendered)
    if beside.docs:
        yield from (str(path) for path in reference.fix(rendered, beside.docs))


def _fixed_tree(tree: WorkTree, its: Sequence[model.Spec], rendered: Sequence[Rendered]) -> Iterator[str]:
    with alone(tree.path / "Makefile"):
        there = record.load(tree.record).applied
        wanted = [
            Applied(it.name, there[it.name].replace, made.includes, made.outputs)
            for it, made in zip(its, rendered, strict=True)
            if it.name in there
        ]
        if wanted:
            planned = apply.put_in(tree, wanted)
            sink.write(planned)
            yield from (str(tree.path / path) for path in sorted(planned.texts))


# --- results -------------------------------------------------------------------------------------


def _text(beside: _With, found: _Found) -> Iterator[str]:
    yield from (f"fixed {path}" for path in found.fixed)
    if found.compared:
        where = beside.source or beside.tree
        assert where is not None
        release = beside.release or f"the kernel of {where.path}"
        yield f"the iterators of {release}, beside what is generated for Linux {beside.target.release}"
    if beside.types and not beside.types.has_ids and not beside.tree:
        yield "  flags of kfuncs are not compared: only a vmlinux holds them (.BTF_ids), BTF alone does not"
    for one in found.compared:
        yield from _told(beside, one)
    yield from (f"  {name:<14} not in this kernel" for name in found.absent)
    yield from (f"  {name:<14} no spec" for name in found.without_spec)
    if without := [one.it.name for one in found.compared if one.undocumented]:
        yield f"  without kernel-doc in the sources: {', '.join(without)}"
    if found.pages:
        stale = sum(1 for page in found.pages if page.state)
        how = f"{stale} to fix" if stale else "as the specs say"
        yield f"{len(found.pages)} pages in {beside.docs}: {how}"


def _told(beside: _With, one: Drift) -> Iterator[str]:
    differences = one.differences
    count = sum(1 for d in differences if not d.reason) + len(one.gone)
    yield f"  {one.it.name:<14} {f'{count} to fix' if count else 'the same to BPF programs'}"
    yield from (f"    known: {d.aspect.spelled}: {d.reason}" for d in differences if d.reason)
    yield from (f"    known behaviour: {b.theirs}" for b in _behaviours(beside, one.it.name))


def _behaviours(beside: _With, name: str) -> list[known.Behaviour]:
    release = drift.listed_for(beside.target)
    return [b for b in known.behaviours() if b.iterator == name and release in b.targets]


def _spelled(one: Difference | known.Known) -> dict[str, object]:
    return asdict(one) | {"aspect": one.aspect.spelled}


def _facts(beside: _With, found: _Found) -> dict[str, object]:
    return {
        "kernel": beside.release,
        "btf": str(beside.source.path) if beside.source else "",
        "tree": str(beside.tree.path) if beside.tree else "",
        "target": beside.target.release,
        "flags_compared": bool(beside.types and beside.types.has_ids) or beside.tree is not None,
        "iterators": {
            one.it.name: {
                "differences": [_spelled(d) | {"places": places} for d, places in one.differences.items()],
                "gone": [_spelled(k) for k in one.gone],
                "without_kernel_doc": one.undocumented,
                "behaviour": [asdict(b) for b in _behaviours(beside, one.it.name)],
            }
            for one in found.compared
        },
        "pages": {str(page.file): page.state or "right" for page in found.pages},
        "unsound": [d.message for d in found.unsound],
        "absent": found.absent,
        "without_spec": found.without_spec,
        "fixed": found.fixed,
    }
