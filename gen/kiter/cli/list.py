# SPDX-License-Identifier: GPL-2.0-only
"""`kiter list`: every iterator that a kernel has, with a spec or without."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from kiter import frontend
from kiter.cli.command import KERNEL, show
from kiter.cli.report import printable
from kiter.errors import FINDINGS, Diagnostic, KiterError
from kiter.kernel import btf_files, kernels, profiles
from kiter.kernel.named import source_tree
from kiter.spec.release import spelled
from kiter.sync import inventory, soundness
from kiter.sync.interface import flags_text, prototype
from kiter.sync.inventory import Offered
from kiter.target.profile import DEFAULT, Profile, profile
from kiter.tree import worktree
from kiter.value_class import value_class

NAME = "list"
HELP = "list every iterator that a kernel has, with a spec or without"
EXAMPLE = """
kiter list --running
kiter list --kernel 7.3
kiter list --tree ~/linux --format json
"""
OPEN, SECTION = "bpf_for_each", 'SEC("iter/")'
_COMMON = frozenset({"KF_ITER_NEW", "KF_ITER_NEXT", "KF_ITER_DESTROY", "KF_RET_NULL"})  # what all have


@value_class
class _Listed:
    """The iterators of one file or tree; `module` is its name where that is no kernel's."""

    module: str
    offered: tuple[Offered, ...]
    warnings: tuple[Diagnostic, ...]
    flags_known: bool


@value_class
class _Spec:
    """What is known of an iterator by its spec."""

    path: str
    since: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter list`."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--kernel",
        default="",
        metavar=KERNEL,
        help="a kernel whose headers are here, or a built tree (default: the newest 6.12)",
    )
    where.add_argument(
        "--btf", default="", metavar=KERNEL, help="the same; as a file, a vmlinux, a module, or BTF alone"
    )
    where.add_argument("--tree", metavar="DIR", help="kernel sources")
    where.add_argument("--running", action="store_true", help="the kernel that runs here, with its modules")


def execute(options: argparse.Namespace) -> int:
    """Show them; 1 if a spec beside them is wrong, which then counts for none."""
    of, release, listed = _of_tree(options.tree) if options.tree else _of_btf(options)
    specs, wrong = _specs(profiles.of(release) if release else profile(DEFAULT))
    show([*wrong, *(found for one in listed for found in one.warnings)], options)
    if options.format == "json":
        sys.stdout.write(json.dumps(_facts(of, release, listed, specs), indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in _text(of, release, listed, specs)))
    return FINDINGS if wrong else 0


_Found = tuple[str, str, Sequence[_Listed]]  # what was looked at, its release or "", and what there is


def _of_tree(name: str) -> _Found:
    tree = worktree.open_tree(source_tree(name))
    found = inventory.of_tree(tree.path, tree.profile)
    return str(tree.path), spelled(tree.version), [_Listed("", found, tree.warnings, flags_known=True)]


def _of_btf(options: argparse.Namespace) -> _Found:
    if options.running:
        kernel, *modules = btf_files.running()
    else:
        wanted = options.kernel or options.btf or kernels.find().release
        kernel, modules = btf_files.find(wanted), []
    target = profiles.of(kernel.release) if kernel.release else profile(DEFAULT)
    every = [_listed(kernel, "", target), *(_listed(one, one.path.name, target) for one in modules)]
    return str(kernel.path), kernel.release, [every[0], *(one for one in every[1:] if one.offered)]


def _listed(source: btf_files.Source, module: str, target: Profile) -> _Listed:
    types = source.read()
    sound = soundness.of(types)
    unsound = () if sound else (soundness.warning(sound),)
    return _Listed(module, inventory.of_btf(types, target), unsound, types.has_ids)


def _specs(target: Profile) -> tuple[Mapping[str, _Spec], Sequence[Diagnostic]]:
    """The specs at hand by the names of their iterators, and what is wrong with the others."""
    found: dict[str, _Spec] = {}
    wrong: list[Diagnostic] = []
    for path in frontend.collect(()):
        try:
            it = frontend.model(path, target)
        except KiterError as error:
            wrong += error.diagnostics
        else:
            found[it.name] = _Spec(str(path), spelled(it.since))
    return found, wrong


# --- results -------------------------------------------------------------------------------------


def _text(of: str, release: str, listed: Sequence[_Listed], specs: Mapping[str, _Spec]) -> Iterator[str]:
    yield f"the iterators of {f'Linux {release} in ' if release else ''}{of}"
    for one in listed:
        if one.module:
            yield f"of its module {one.module}"
        yield from _table(one, specs)
    if not all(one.flags_known for one in listed):
        yield "BTF alone does not say the flags of kfuncs, nor which programs may call them: a vmlinux does"


def _table(listed: _Listed, specs: Mapping[str, _Spec]) -> Iterator[str]:
    rows = [_row(one, specs.get(one.name)) for one in listed.offered]
    head = ("NAME", "FORMS", "ELEMENT", "BYTES", "PROGRAMS", "SINCE", "SPEC")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    yield _aligned(head, widths)
    for one, row in zip(listed.offered, rows, strict=True):
        yield _aligned(row, widths)
        yield from (f"    {line}" for line in _more(one))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(one: Offered, spec: _Spec | None) -> tuple[str, ...]:
    forms = ", ".join([OPEN] * bool(one.kfuncs) + [SECTION] * one.section)
    since, path = (spec.since, spec.path) if spec else ("", "")
    size = str(one.size) if one.size else ""
    cells = (one.name, forms, one.element, size, _programs(one), since, path)
    return tuple(cell or "-" for cell in cells)


def _programs(one: Offered) -> str:
    if not one.programs:
        return ", ".join(f"those of {name}" for name in one.sets)
    return ", ".join(one.programs) + " (filtered)" * one.filtered


def _more(one: Offered) -> Iterator[str]:
    """The prototype of new() and the flags that not all iterators have; what programs of the section get."""
    if one.kfuncs:
        yield f"{prototype(one.kfuncs[0].prototype)};"
    for kfunc in one.kfuncs:
        if own := [flag for flag in kfunc.flags if flag not in _COMMON]:
            yield f"{kfunc.prototype.name.rpartition('_')[2]}(): {flags_text(own)}"
    if one.context:
        yield f'SEC("iter/{one.name}"): {", ".join(one.context)}'


def _facts(of: str, release: str, listed: Sequence[_Listed], specs: Mapping[str, _Spec]) -> object:
    return {
        "of": of,
        "release": release,
        "iterators": [
            _fact(offered, one.module, specs.get(offered.name)) for one in listed for offered in one.offered
        ],
        "flags_known": all(one.flags_known for one in listed),
    }


def _fact(one: Offered, module: str, spec: _Spec | None) -> dict[str, object]:
    return {
        "name": one.name,
        "module": module,
        "open_coded": bool(one.kfuncs),
        "section": one.section,
        "context": one.context,
        "element": one.element,
        "bytes": one.size,
        "file": one.file,
        "kfuncs": {prototype(k.prototype): k.flags for k in one.kfuncs},
        "sets": one.sets,
        "programs": one.programs,
        "filtered": one.filtered,
        "since": spec.since if spec else "",
        "spec": spec.path if spec else "",
    }
