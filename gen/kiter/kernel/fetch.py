# SPDX-License-Identifier: GPL-2.0-only
"""Kernels to boot: those installed, and those fetched into the cache without root and without installing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiter.errors import environment

WANTED = "6.12"
FLAVOUR = "cloud-amd64"
IMAGE_PACKAGES = ("linux-image-{}-unsigned", "linux-image-{}", "linux-binary-{}")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel that can be booted and built against.

    `headers` is a folder for `make -C`; its `vmlinux` holds the kernel's BTF. `origin` is
    installed, fetched or tree.
    """

    release: str
    image: Path
    headers: Path
    origin: str = "installed"

    @property
    def btf(self) -> Path:
        """A file that holds the BTF of the kernel."""
        return self.headers / "vmlinux"

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers of the release, to compare by."""
        return _numbers(self.release)


def kernels_folder() -> Path:
    """Where fetched kernels are: $XDG_CACHE_HOME/kiter/kernels or below ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kiter" / "kernels"


def _numbers(release: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", release)
    return tuple(int(n or 0) for n in found.groups()) if found else ()


def installed(boot: Path = Path("/boot"), root: Path = Path("/")) -> list[Kernel]:
    """The kernels of this machine that have both an image and headers with BTF, newest last."""
    found = []
    for image in boot.glob("vmlinuz-*"):
        release = image.name.removeprefix("vmlinuz-")
        places = (root / "lib/modules" / release / "build", root / f"usr/src/linux-headers-{release}")
        headers = next((p for p in places if (p / "vmlinux").is_file()), None)
        if headers and os.access(image, os.R_OK):
            found.append(Kernel(release, image, headers.resolve()))
    return sorted(found, key=lambda k: k.version)


def fetched(folder: Path | None = None) -> list[Kernel]:
    """The kernels in the cache, newest last."""
    found = []
    for place in (folder or kernels_folder()).glob("[0-9]*"):
        image, headers = place / f"boot/vmlinuz-{place.name}", place / f"usr/src/linux-headers-{place.name}"
        if image.is_file() and (headers / "vmlinux").is_file():
            found.append(Kernel(place.name, image, headers, "fetched"))
    return sorted(found, key=lambda k: k.version)


def built(tree: Path) -> Kernel:
    """The kernel of a build directory; raises if it was not built, or without BTF."""
    image = tree / "arch/x86/boot/bzImage"
    release = tree / "include/config/kernel.release"
    if not (image.is_file() and release.is_file() and (tree / "vmlinux").is_file()):
        raise environment(
            "R30", "no built kernel there", hint="build bzImage, vmlinux and modules first", file=str(tree)
        )
    return Kernel(release.read_text().strip(), image, tree, "tree")


def find(wanted: str = "") -> Kernel:
    """The kernel that a user names: a release or the beginning of one, a build directory, or nothing.

    Nothing means the newest 6.12, else the newest of all. Raises if there is none.
    """
    if wanted and Path(wanted).is_dir():
        return built(Path(wanted))
    known = [*installed(), *fetched()]
    for prefix in [wanted] if wanted else [WANTED, ""]:
        matching = [k for k in known if _matches(k.release, prefix)]
        if matching:
            return max(matching, key=lambda k: k.version)
    what = f"kernel {wanted}" if wanted else "kernel with headers"
    raise environment(
        "R30",
        f"no {what} on this machine",
        reason="an iterator is run in a prebuilt kernel, its module is built with that kernel's headers",
        hint=f"kiter kernels fetch {wanted}".strip(),
    )


def _matches(release: str, prefix: str) -> bool:
    return not prefix or release == prefix or release.startswith((f"{prefix}.", f"{prefix}-", f"{prefix}+"))


def remove(release: str, folder: Path | None = None) -> Path:
    """Deletes a fetched kernel and returns where it was; raises if it was not fetched."""
    place = (folder or kernels_folder()) / release
    if release not in {k.release for k in fetched(folder)}:
        raise environment("R31", f"{release} was not fetched", hint="kiter kernels list")
    shutil.rmtree(place)
    return place


# --- fetching ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apt:
    """How apt is called: its options decide which suite it sees."""

    options: tuple[str, ...] = ("-o", "APT::Sandbox::User=root")

    def names(self, prefix: str) -> list[str]:
        """The packages whose name begins so."""
        return self._run("apt-cache", "pkgnames", prefix).split()

    def depends(self, package: str) -> str:
        """The Depends line of a package's newest version, or ""."""
        shown = self._run("apt-cache", "show", "--no-all-versions", package)
        found = re.search(r"^Depends: (.*)$", shown, re.MULTILINE)
        return found[1] if found else ""

    def download(self, packages: Sequence[str], folder: Path) -> list[Path]:
        """The .deb files of the packages."""
        self._run("apt-get", "download", *packages, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def update(self) -> None:
        """Reads the lists of the suite."""
        self._run("apt-get", "update")

    def _run(self, program: str, *argv: str, cwd: Path | None = None) -> str:
        if not shutil.which(program):
            raise environment(
                "R32",
                "kernels are fetched by apt, which is not here",
                hint="install a kernel and its headers",
            )
        cmd = [program, *self.options, "-qq", *argv]
        env = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(cmd, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        if done.returncode and program == "apt-get":
            raise environment("R33", f"apt-get {argv[0]} failed", reason=done.stderr.strip())
        return done.stdout


def private_apt(suite: str, folder: Path) -> Apt:
    """An apt that sees that suite only, from the mirror this machine uses; the system stays as it is."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    uri, key = _mirror()
    signed = f"[signed-by={key}] " if key else ""
    (folder / "sources.list").write_text(f"deb {signed}{uri} {suite} main\n")
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Debug::NoLocking": "1",
    }
    given = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    return Apt((*Apt().options, *given))


def _mirror() -> tuple[str, str]:
    cmd = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI) $(ORIGIN) $(SIGNED_BY)",
        "Created-By: Packages",
    ]
    done = subprocess.run(cmd, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        uri, origin, *key = line.split(" ")
        if origin == "Debian" and "security" not in uri:
            return uri, key[0] if key else ""
    raise environment(
        "R33", "this machine's apt knows no Debian mirror", hint="install a kernel and its headers"
    )


def candidates(apt: Apt, version: str) -> list[str]:
    """The releases of that version whose headers apt has, newest last."""
    prefix = "linux-headers-"
    names = [n.removeprefix(prefix) for n in apt.names(prefix + version)]
    return sorted({n for n in names if n.endswith(FLAVOUR) and re.match(r"\d+\.\d+\.\d", n)}, key=_numbers)


def packages_of(apt: Apt, release: str) -> list[str]:
    """What must be downloaded for a release: the image, and the headers with their two companions."""
    headers = f"linux-headers-{release}"
    companions = re.findall(r"linux-headers-\S+-common\b|linux-kbuild-[^\s,]+", apt.depends(headers))
    known = set(apt.names("linux-image-")) | set(apt.names("linux-binary-"))
    image = next((p for p in (pattern.format(release) for pattern in IMAGE_PACKAGES) if p in known), None)
    if image is None:
        raise environment("R33", f"apt has the headers of {release}, but no image")
    return [image, headers, *dict.fromkeys(companions)]


def fetch(
    version: str = WANTED,
    suite: str = "",
    folder: Path | None = None,
    listen: Callable[[str], None] = lambda _step: None,
) -> Kernel:
    """Downloads and unpacks the newest kernel of a version, unless it is there already.

    `suite` is one that this machine's apt does not see, such as trixie-backports. `listen` is told
    what is being done. Raises if there is no such kernel, no apt or no network.
    """
    folder = folder or kernels_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
        work = Path(name)
        apt = Apt()
        if suite:
            listen(f"reading the lists of {suite}")
            apt = private_apt(suite, work / "apt")
            apt.update()
        found = candidates(apt, version)
        if not found:
            raise environment(
                "R33", f"apt has no kernel {version} of {FLAVOUR}", hint="apt-get update, or --suite"
            )
        have = next((k for k in fetched(folder) if k.release == found[-1]), None)
        return have or _unpack(apt, found[-1], work, folder, listen)


def _unpack(apt: Apt, release: str, work: Path, folder: Path, listen: Callable[[str], None]) -> Kernel:
    packages = packages_of(apt, release)
    listen(f"downloading {', '.join(packages)}")
    debs = apt.download(packages, work)
    root = work / "root"
    for deb in debs:
        listen(f"unpacking {deb.name}")
        unpack_deb(deb, root)
    for modules in ("lib/modules", "usr/lib/modules"):  # which no test loads
        shutil.rmtree(root / modules, ignore_errors=True)
    shutil.rmtree(root / "usr/share", ignore_errors=True)
    place = folder / release
    relocate(root, place)
    if place.exists():
        shutil.rmtree(place)
    root.rename(place)
    kernel = next((k for k in fetched(folder) if k.release == release), None)
    if kernel is None:
        raise environment(
            "R33", f"the packages of {release} hold no image, or headers without BTF", file=str(place)
        )
    return kernel


def unpack_deb(deb: Path, root: Path) -> None:
    """A package's files below root, without running anything of it."""
    root.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["dpkg-deb", "-x", deb, root], capture_output=True, text=True, check=False)
    if done.returncode:
        raise environment("R33", f"{deb.name} does not unpack", reason=done.stderr.strip())


def relocate(root: Path, place: Path) -> None:
    """Points the headers' makefiles and absolute links at `place`, where they will be."""
    for makefile in root.glob("usr/src/linux-headers-*/Makefile"):
        text = makefile.read_text()
        moved = re.sub(r"^include (/usr/src/)", rf"include {place}\1", text, flags=re.MULTILINE)
        if moved != text:
            makefile.write_text(moved)
    for link in root.glob("usr/src/linux-headers-*/*"):
        if link.is_symlink() and str(link.readlink()).startswith("/usr/"):
            target = Path(f"{place}{link.readlink()}")
            link.unlink()
            link.symlink_to(target)
