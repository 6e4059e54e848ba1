# SPDX-License-Identifier: GPL-2.0-only
"""`kiter kernels`: the kernels to compile against and to boot, and the sources that are here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter.errors import KiterError, environment
from kiter.kernel import fetch, headers, kernels, profiles, sources
from kiter.kernel.arch import ARCHES, Arch, own
from kiter.target.profile import nearest, verified
from kiter.value_class import value_class

NAME = "kernels"
HELP = "list, fetch and remove the prebuilt kernels that iterators are compiled against and run in"
EXAMPLE = """
kiter kernels list
kiter kernels fetch 7.3
kiter kernels fetch --all
kiter kernels fetch 6.12 --arch arm64
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter kernels`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="what is here of each kernel, and which target it stands for")
    fetching = actions.add_parser("fetch", help="download headers, image and sources into the cache")
    which = fetching.add_mutually_exclusive_group()
    which.add_argument(
        "version", nargs="?", default="", help="such as 7.3 (default: each verified target that is not here)"
    )
    which.add_argument(
        "--all",
        action="store_true",
        help="every version that Debian's suites have, from the oldest target on; each takes about 450 MB",
    )
    fetching.add_argument("--suite", default="", help="the Debian suite to look into, and no other")
    fetching.add_argument(
        "--arch",
        choices=tuple(ARCHES),
        default=own().name,
        help="the machine that it is for, with its compiler and emulator (default: this one)",
    )
    removing = actions.add_parser("remove", help="delete a fetched one")
    removing.add_argument("release", help="its whole release, as list shows it")


def execute(options: argparse.Namespace) -> int:
    """Do what is asked; raises KiterError when it cannot be done."""
    if options.action == "list":
        sys.stdout.write(_listed(options.format))
    elif options.action == "fetch":
        _fetch(_versions(options), options.suite, ARCHES[options.arch])
    else:
        sys.stdout.write(f"removed {kernels.remove(options.release)}\n")
    return 0


def _versions(options: argparse.Namespace) -> list[str]:
    """What is to be fetched; raises KiterError R33 where nothing is to be had."""
    if options.all:
        versions = fetch.offered(options.suite, listen=_say, arch=ARCHES[options.arch])
        if not versions:
            raise environment("R33", f"no kernel in {options.suite or 'any suite'} that a target stands for")
        return versions
    return [options.version] if options.version else _missing(ARCHES[options.arch])


def _fetch(versions: Sequence[str], suite: str, arch: Arch) -> None:
    """One after the other; raises KiterError with all that could not be had, when the others are here."""
    troubles: list[KiterError] = []
    for version in versions:
        try:
            got = fetch.fetch(version, suite, listen=_say, arch=arch)
        except KiterError as error:
            troubles.append(error)
            continue
        sys.stdout.write(f"{got.kernel.release} is in {got.kernel.image.parent.parent}\n")
        sys.stdout.write(f"its sources: {got.archive or 'not to be had'}\n")
    if troubles:
        raise KiterError(*(found for e in troubles for found in e.diagnostics), status=troubles[0].status)


def _missing(arch: Arch) -> list[str]:
    """The verified targets of which there is no kernel to boot, or no sources."""
    here = [kernel for kernel in (*kernels.installed(), *kernels.fetched()) if kernel.arch == arch]
    return [
        target.release
        for target in verified()
        if not any(kernels.matches(kernel.release, target.release) for kernel in here)
        or not sources.archive(target.release)
    ]


def _say(step: str) -> None:
    sys.stderr.write(f"{step}\n")


@value_class
class _Here:
    """What there is of one release."""

    release: str  # as uname -r has it
    target: str  # the kernel of a spec that it is one of
    origin: str  # where it was found
    headers: Path  # what modules are built with
    image: Path | None  # what is booted
    sources: Path | None  # of that release


def _here() -> Iterator[_Here]:
    bootable = {kernel.release: kernel for kernel in [*kernels.fetched(), *kernels.installed()]}
    known = {found.release: found for found in reversed(headers.installed(foreign=True))}
    for release, found in known.items():
        kernel = bootable.get(release)
        yield _Here(
            release,
            (profiles.known(found.profile) or nearest(found.profile)).release,
            "fetched" if found.fetched else "installed",
            found.path,
            kernel.image if kernel else None,
            sources.archive(found.profile),
        )


def _listed(form: str) -> str:
    here = list(_here())
    if form == "json":
        return json.dumps([_facts(one) for one in here], indent=2) + "\n"
    if not here:
        return "none; 'kiter kernels fetch' gets those of the targets\n"
    width = max(len(one.release) for one in here)
    lines = [f"{'RELEASE':<{width}}  TARGET  ORIGIN     HEADERS  IMAGE  SOURCES"]
    for one in here:
        image, archive = ("yes" if path else "-" for path in (one.image, one.sources))
        lines.append(
            f"{one.release:<{width}}  {one.target:<6}  {one.origin:<9}  yes      {image:<5}  {archive}"
        )
    return "".join(f"{line}\n" for line in lines)


def _facts(one: _Here) -> dict[str, str | None]:
    return {
        "release": one.release,
        "target": one.target,
        "origin": one.origin,
        "headers": str(one.headers),
        "image": str(one.image) if one.image else None,
        "sources": str(one.sources) if one.sources else None,
    }
