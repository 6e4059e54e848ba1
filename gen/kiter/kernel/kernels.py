# SPDX-License-Identifier: GPL-2.0-only
"""Kernels to boot: those installed, and those fetched into the cache without root and without installing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from kiter.cache.store import default_root
from kiter.errors import environment
from kiter.kernel import profiles
from kiter.kernel.arch import Arch, arch_of, own
from kiter.kernel.named import named
from kiter.spec.release import numbers, spelled
from kiter.target.profile import DEFAULT, Profile
from kiter.tree.version import version_of
from kiter.tree.worktree import HOME, open_tree
from kiter.value_class import value_class

COMPLETE = "complete"  # stands in the folder of a fetched kernel once all of it is there


@value_class
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
    def arch(self) -> Arch:
        """The machine that it is for."""
        return arch_of(self.release)

    @property
    def version(self) -> tuple[int, int, int]:
        """The numbers of the release, to compare by."""
        return numbers(self.release)


def kernels_folder() -> Path:
    """Where fetched kernels are: $XDG_CACHE_HOME/kiter/kernels or below ~/.cache."""
    return default_root() / "kernels"


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
    for mark in (folder or kernels_folder()).glob(f"[0-9]*/{COMPLETE}"):
        place = mark.parent
        image, headers = place / f"boot/vmlinuz-{place.name}", place / f"usr/src/linux-headers-{place.name}"
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


def profile_of(kernel: Kernel) -> Profile:
    """What is generated for it: what the sources of a build directory say, else what its release does."""
    folder = kernel.headers
    if kernel.origin == "tree" and version_of(folder) and (folder / HOME).is_dir():
        return open_tree(folder).profile
    return profiles.of(kernel.release)


def find(wanted: str = "", arch: Arch | None = None) -> Kernel:
    """The kernel that a user names (see named.py): one that is here, or that of a build directory.

    Nothing means the newest of the default target, else the newest of all; `arch` is that of this machine
    unless it is given. Raises if there is none.
    """
    arch = arch or own()
    known = [kernel for kernel in (*installed(), *fetched()) if kernel.arch == arch]
    if wanted and not (found := named(wanted)).release:
        return built(found.folder) if found.folder else _with_file(found.file or Path(wanted), known)
    for prefix in [wanted] if wanted else [DEFAULT, ""]:
        matching = [k for k in known if matches(k.release, prefix)]
        if matching:
            return max(matching, key=lambda k: k.version)
    foreign = f" --arch {arch.name}" if arch != own() else ""
    what = f"kernel {wanted}" if wanted else "kernel with headers"
    what += f" for {arch.name}" if foreign else ""
    raise environment(
        "R30",
        f"no {what} on this machine",
        reason="an iterator is run in a prebuilt kernel, its module is built with that kernel's headers",
        hint=f"kiter kernels fetch {wanted or (foreign and DEFAULT)}".strip() + foreign,
    )


def _with_file(file: Path, known: Iterable[Kernel]) -> Kernel:
    """The kernel that has this image or vmlinux, else that of the build directory around the file."""
    for kernel in known:
        if file.resolve() in {kernel.image.resolve(), kernel.btf.resolve()}:
            return kernel
    builds = (folder for folder in file.parents if (folder / "include/config/kernel.release").is_file())
    return built(next(builds, file.parent))


def matches(release: str, prefix: str) -> bool:
    """Whether 7.3 means that release: 7.3.4-cloud it does, 7.30 it does not."""
    return not prefix or release == prefix or release.startswith((f"{prefix}.", f"{prefix}-", f"{prefix}+"))


def remove(release: str, folder: Path | None = None) -> Path:
    """Deletes a fetched kernel and returns where it was; raises if it was not fetched.

    Fetched sources go with the last kernel of their version.
    """
    folder = folder or kernels_folder()
    place = folder / release
    if release not in {k.release for k in fetched(folder)}:
        raise environment("R31", f"{release} was not fetched", hint="kiter kernels list")
    (place / COMPLETE).unlink()
    shutil.rmtree(place)
    version = spelled(numbers(release)[:2])
    if not any(matches(kernel.release, version) for kernel in fetched(folder)):
        for archive in (folder.parent / "sources").glob(f"linux-source-{version}.tar.*"):
            archive.unlink()
    return place
