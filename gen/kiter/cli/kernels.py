# SPDX-License-Identifier: GPL-2.0-only
"""`kiter kernels`: the kernels that `kiter run` can boot."""

from __future__ import annotations

import argparse
import json
import sys

from kiter.kernel import fetch, kernels
from kiter.target.profile import DEFAULT

NAME = "kernels"
HELP = "list, fetch and remove the prebuilt kernels that iterators are run in"
EXAMPLE = """
kiter kernels list
kiter kernels fetch 6.12
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter kernels`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="those installed and those fetched")
    fetching = actions.add_parser("fetch", help="download one into the cache, without root")
    fetching.add_argument("version", nargs="?", default=DEFAULT, help=f"its version (default: {DEFAULT})")
    fetching.add_argument("--suite", default="", help="a Debian suite that this machine does not use")
    removing = actions.add_parser("remove", help="delete a fetched one")
    removing.add_argument("release", help="its whole release, as list shows it")


def execute(options: argparse.Namespace) -> int:
    """Do what is asked; raises KiterError when it cannot be done."""
    if options.action == "list":
        sys.stdout.write(_listed(options.format))
    elif options.action == "fetch":
        got = fetch.fetch(options.version, options.suite, listen=_say)
        sys.stdout.write(f"{got.kernel.release} is in {got.kernel.image.parent.parent}\n")
        sys.stdout.write(f"its sources: {got.archive or 'not to be had'}\n")
    else:
        sys.stdout.write(f"removed {kernels.remove(options.release)}\n")
    return 0


def _say(step: str) -> None:
    sys.stderr.write(f"{step}\n")


def _listed(form: str) -> str:
    known = [*kernels.installed(), *kernels.fetched()]
    if form == "json":
        facts = [{"release": k.release, "origin": k.origin, "image": str(k.image)} for k in known]
        return json.dumps(facts, indent=2) + "\n"
    if not known:
        return "none; 'kiter kernels fetch' gets one\n"
    return "".join(f"{k.release:<36} {k.origin:<10} {k.image}\n" for k in known)
