# SPDX-License-Identifier: GPL-2.0-only
# ruff: noqa: N999 - the file is named after the command
"""`kiter import`: the skeleton of a spec from a hand-written iterator of a kernel."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from kiter.adopt import btf, sources
from kiter.adopt.skeleton import Skeleton
from kiter.cli._new_spec import reference, write
from kiter.cli.command import KERNEL, show
from kiter.cli.report import printable
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.kernel import btf_files
from kiter.kernel.named import source_tree
from kiter.render import render
from kiter.spec.load import parse
from kiter.spec.model import NO_HEADER
from kiter.spec.release import numbers, spelled
from kiter.sync import soundness
from kiter.sync.codes import CODES
from kiter.target.profile import DEFAULT, profile
from kiter.tree import worktree

NAME = "import"
HELP = "write a spec of a hand-written iterator, so that its docs and tests are generated"
EXAMPLE = """
kiter import css --tree ~/linux
kiter import ring --source ~/my-module
kiter import dmabuf --btf /sys/kernel/btf/vmlinux -o dmabuf.yaml
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter import`."""
    parser.add_argument("name", metavar="NAME", help="the iterator's name")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tree", metavar="DIR", help="the sources of the kernel that has it")
    where.add_argument("--source", metavar="DIR", help="the sources of a module, outside of any kernel")
    where.add_argument("--btf", metavar=KERNEL, help="a kernel, a vmlinux or a module that has it")
    parser.add_argument("-o", "--out", type=Path, help="the file to write (default: specs/NAME.yaml)")


def execute(options: argparse.Namespace) -> int:
    """Write the spec; raises KiterError for an iterator that is not there, or a file that is already."""
    where = options.tree or options.source or options.btf
    read = _of_tree if options.tree else _of_module if options.source else _of_btf
    found = read(options)
    if found is None:
        raise _refused("D11", str(where), f"there is no bpf_iter_{options.name}_new()")
    path: Path = options.out or Path("specs") / f"{options.name}.yaml"
    text = render("spec/import.yaml.j2", _view(found, path))
    _check_is_yaml(text, str(where))
    write(path, text)
    sys.stdout.write(f"{printable(str(path))}: go over its texts, then run 'kiter sync' with it\n")
    return 0


def _check_is_yaml(text: str, where: str) -> None:
    """Raise KiterError D14 for what names and types that are none would come to."""
    try:
        parse(text, where)
    except KiterError as error:
        said = error.diagnostics[0].message
        raise _refused("D14", where, f"{CODES['D14'].title}: what comes out is no YAML: {said}") from error


def _of_tree(options: argparse.Namespace) -> Skeleton | None:
    tree = worktree.open_tree(source_tree(options.tree))
    if tree.warnings:
        show(tree.warnings, options)
    return sources.read(tree.path, spelled(tree.version), tree.profile, options.name)


def _of_module(options: argparse.Namespace) -> Skeleton | None:
    """What stands in a folder of sources; where in a kernel it would be nobody knows."""
    found = sources.read(source_tree(options.source), "", profile(DEFAULT), options.name)
    return replace(found, file="", declarations=NO_HEADER, header="", joins="") if found else None


def _of_btf(options: argparse.Namespace) -> Skeleton | None:
    source = btf_files.find(options.btf)
    release = spelled(numbers(source.release)[:2])
    types = source.read()
    found = btf.read(types, options.name, release)
    if found and not (sound := soundness.of(types)):
        show([soundness.warning(sound)], options)
    return found


def _view(found: Skeleton, path: Path) -> dict[str, object]:
    return {
        "s": found,
        "of": f"Linux {found.release}" if found.release else "a kernel of unknown release",
        "schema": reference(path),
        "placement": found.placement,
        "form": f"as: {found.form}" if found.form != found.name else "",
        "context": ", ".join(f"{key}: {value}" for key, value in found.context),
    }


def _refused(name: str, where: str, message: str) -> KiterError:
    code = CODES[name]
    found = Diagnostic(Position(where), name, message, code.reason, code.hint)
    return KiterError(found, status=ENVIRONMENT)
