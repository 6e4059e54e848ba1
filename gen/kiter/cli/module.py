# SPDX-License-Identifier: GPL-2.0-only
"""`kiter module`: an iterator as an out-of-tree module, in a folder that needs no kiter."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli.command import KERNEL, show
from kiter.cli.report import printable
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.sinks import write
from kiter.vm import standalone
from kiter.vm.codes import CODES
from kiter.vm.prototype import prototypes, wider

NAME = "module"
HELP = "write an iterator as an out-of-tree module: Kbuild, Makefile, dkms.conf, header and an example"
EXAMPLE = """
kiter module specs/mine.yaml -o ~/mine
kiter module specs/task.yaml -o ~/task --kernel 7.3
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter module`."""
    parser.add_argument("spec", metavar="SPEC", help="the spec of the iterator")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="the folder to write")
    parser.add_argument(
        "--kernel",
        default="",
        metavar=KERNEL,
        help="the kernel that it is for, which must be here with its headers (default: the newest 6.12)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite what was edited or is not kiter's")


def execute(options: argparse.Namespace) -> int:
    """Write the folder; raises KiterError for an iterator that can be no module."""
    kernel = kernels.find(options.kernel)
    target = kernels.profile_of(kernel)
    read = frontend.of([options.spec], target)
    (it, *_) = read.iterators
    if it.confined:
        code = CODES["R44"]
        raise KiterError(it.node["iterator"].finding("R44", code.title, code.reason, code.hint))
    show((*read.warnings, *wider([it], target)), options)
    cache = Cache()
    (made,) = prototypes([it], target, kernel, cache)
    rendered = standalone.files(made, target, kernel, cache)
    with write.alone(options.out):
        planned = write.plan([rendered], options.out, whole=True, force=options.force)
        write.write(planned)
    names = sorted(output.path for output in rendered.outputs)
    if options.format == "json":
        facts = {"kernel": kernel.release, "iterator": made.name, "files": names, "shims": made.shims}
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
    elif options.format == "text":
        sys.stdout.write(f"{made.name} for Linux {target.release}: {', '.join(names)}\n")
        sys.stdout.write(printable(f"make -C {options.out}") + " builds it for the kernel that runs there\n")
        if made.shims:
            shims = ", ".join(made.shims)
            sys.stdout.write(f"it finds what {kernel.release} does not export by itself: {shims}\n")
    return 0
