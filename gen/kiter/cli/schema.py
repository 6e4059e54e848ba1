# SPDX-License-Identifier: GPL-2.0-only
"""`kiter schema`: the JSON Schema of specs, for editors and for reading."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiter import resources

NAME = "schema"
HELP = "print or write the JSON Schema of specs"
EXAMPLE = """
kiter schema
kiter schema -o specs/spec.schema.json
kiter schema --path
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter schema`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--path", action="store_true", help="print the name of its file instead")
    what.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it there, where specs name it")


def execute(options: argparse.Namespace) -> int:
    """Print the schema or its path, or write it."""
    path = resources.schema()
    if options.out:
        options.out.write_text(path.read_text("utf-8"), encoding="utf-8")
        return 0
    sys.stdout.write(f"{path}\n" if options.path else path.read_text("utf-8"))
    return 0
