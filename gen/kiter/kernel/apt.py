# SPDX-License-Identifier: GPL-2.0-only
"""apt as a means to read a suite and download from it; nothing is installed, nor the system changed."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter import tools
from kiter.errors import environment
from kiter.regex import regex
from kiter.value_class import value_class

HELPER = "/usr/lib/apt/apt-helper"
_URI = regex(r"^'[^']+' (\S+) (\d+)", re.MULTILINE)
_CODENAME = regex(r"^(?:VERSION_CODENAME=|Codename: )\"?(\w+)", re.MULTILINE)


@value_class
class Apt:
    """How apt is called: its options decide which suite it sees."""

    options: tuple[str, ...]
    archives: Path

    def update(self) -> None:
        """Reads the lists of the suites."""
        self._run("apt-get", "update")

    def names(self, prefix: str) -> list[str]:
        """The packages whose name begins so."""
        return self._run("apt-cache", "pkgnames", prefix).split()

    def real(self, packages: Sequence[str]) -> set[str]:
        """Those of the packages that can be downloaded; apt has names of others, too."""
        shown = self._run("apt-cache", "show", "--no-all-versions", *packages) if packages else ""
        return set(re.findall(r"^Package: (\S+)$", shown, re.MULTILINE))

    def size(self, packages: Sequence[str]) -> tuple[int, int]:
        """How many files closure() has to download, and of how many bytes."""
        found = _URI.findall(self._run("apt-get", "--print-uris", *_INSTALL, *packages))
        return len(found), sum(int(size) for _, size in found)

    def depends(self, package: str) -> list[str]:
        """What a package needs itself, alternatives included, by name."""
        said = self._run("apt-cache", "depends", "--important", package)
        return re.findall(r"^ *\|?Depends: <?([^\s:>]+)", said, re.MULTILINE)

    def closure(self, packages: Sequence[str]) -> list[Path]:
        """The .deb files of the packages and of all that they depend on, down to the C library."""
        self._run("apt-get", "--download-only", *_INSTALL, *packages)
        return sorted(self.archives.glob("*.deb"))

    def download(self, package: str, folder: Path) -> Path:
        """The .deb file of one package alone."""
        self._run("apt-get", "download", package, cwd=folder)
        return max(folder.glob(f"{package.partition(':')[0]}_*.deb"), key=lambda path: path.stat().st_mtime)

    def _run(self, program: str, *argv: str, cwd: Path | None = None) -> str:
        _require(program)
        cmd = [program, *self.options, "-qq", *argv]
        done = subprocess.run(cmd, cwd=cwd, env=_plain(), capture_output=True, text=True, check=False)
        if done.returncode and program == "apt-get":
            raise environment("R33", f"apt-get {argv[0].lstrip('-')} failed", reason=done.stderr.strip())
        return done.stdout


_INSTALL = ("--yes", "--no-install-recommends", "install")


def own(folder: Path) -> Apt:
    """An apt that sees what this machine's own lists have; it downloads below `folder`."""
    return _apt(folder)


def private(suites: Sequence[str], folder: Path, mine: str = "", arch: str = "") -> Apt:
    """An apt that sees those suites only, from the mirror that this machine uses. Raises R33 without one.

    `arch` is a machine whose packages it sees beside those of this one, which Debian calls `mine`.
    """
    uri, key = mirror()
    signed = f"[signed-by={key}] " if key else ""
    place = folder / "-".join((*suites, *([arch] if arch else [])))
    (place / "lists/partial").mkdir(parents=True, exist_ok=True)
    sources = place / "sources.list"
    sources.write_text("".join(f"deb {signed}{uri} {suite} main\n" for suite in suites))
    return _apt(
        folder,
        ("Dir::Etc::sourcelist", sources),
        ("Dir::Etc::sourceparts", "-"),
        ("Dir::Etc::preferences", "/dev/null"),
        ("Dir::Etc::preferencesparts", "/dev/null"),
        ("Dir::State::lists", place / "lists"),
        # those that dpkg knows are the machine's own settings, which are left alone
        *((("APT::Architectures::", one) for one in (mine, arch)) if arch else ()),
    )


def _apt(folder: Path, *more: tuple[str, str | Path]) -> Apt:
    """With a machine on which nothing is installed, so that what is needed is downloaded whole."""
    (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    status = folder / "status"
    status.touch()
    settings = [
        ("APT::Sandbox::User", "root"),
        ("Debug::NoLocking", "1"),
        ("Acquire::Retries", "3"),
        ("Dir::Cache", folder / "cache"),
        ("Dir::State::status", status),
        *more,
    ]
    return Apt(tuple(p for k, v in settings for p in ("-o", f"{k}={v}")), folder / "cache/archives")


def mirror() -> tuple[str, str]:
    """The address of the Debian mirror that this machine uses, and its key file or "". Raises R33."""
    _require("apt-get")
    form = "$(REPO_URI) $(ORIGIN) $(SIGNED_BY)"
    cmd = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    done = subprocess.run(cmd, env=_plain(), capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        uri, origin, *key = line.split(" ")
        # without the lists nothing has an origin yet
        if origin in {"Debian", ""} and uri.rstrip("/").endswith("/debian"):
            return uri, _key("".join(key))
    raise environment(
        "R33", "this machine's apt knows no Debian mirror", hint="install a kernel and its headers"
    )


def _key(said: str) -> str:
    """The key file that apt names, which not every apt does, else that of Debian's own package."""
    known = sorted(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    return said if said.startswith("/") else str(known[-1]) if known else ""


def suites(folder: Path) -> Iterator[tuple[str, ...]]:
    """The suites to look into beside the machine's own, each followed by the one that it builds upon.

    Backports come before what is newer still, for their programs fit more machines.
    """
    mine = _codename(Path("/etc/os-release"))
    if mine:
        yield with_base(f"{mine}-backports")
    # aliases such as stable-backports may lag behind on a mirror, code names do not
    stable = _stable(folder)
    if stable and stable != mine:
        yield (stable,)
        yield with_base(f"{stable}-backports")
    for suite in ("testing", "unstable", "experimental"):
        yield with_base(suite)


def with_base(suite: str) -> tuple[str, ...]:
    """The suite, and the one that its packages are built upon if it is not whole itself."""
    if suite == "experimental":
        return suite, "unstable"
    base = suite.removesuffix("-backports")
    return (suite, base) if base != suite else (suite,)


def _stable(folder: Path) -> str:
    uri, _ = mirror()
    place = folder / "InRelease"
    cmd = [HELPER, "download-file", f"{uri.rstrip('/')}/dists/stable/InRelease", str(place)]
    subprocess.run(cmd, env=_plain(), capture_output=True, check=False)
    return _codename(place)


def _codename(path: Path) -> str:
    try:
        found = _CODENAME.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found else ""


def _require(program: str) -> None:
    if tools.find(program) is None:
        raise environment(
            "R32", "kernels are fetched by apt, which is not here", hint="install a kernel and its headers"
        )


def _plain() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}
