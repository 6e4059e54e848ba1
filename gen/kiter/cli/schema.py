# SPDX-License-Identifier: GPL-2.0-only
"""`kiter schema`: the JSON Schema of specs, for editors and for reading."""

from __future__ import annotations

import argparse
import sys

from kiter import resources

NAME = "schema"
HELP = "print the JSON Schema of specs"
EXAMPLE = """
kiter schema > schema.json
kiter schema --path
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter schema`."""
    parser.add_argument("--path", action="store_true", help="print the name of its file instead")


def execute(options: argparse.Namespace) -> int:
    """Print the schema or its path."""
    path = resources.schema()
    sys.stdout.write(f"{path}\n" if options.path else path.read_text("utf-8"))
    return 0
