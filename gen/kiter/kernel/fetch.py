# SPDX-License-Identifier: GPL-2.0-only
"""Kernels to boot: those installed, and those fetched into the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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


def installed() -> list[Kernel]:
    """The kernels of this machine that have both an image and headers with BTF, newest last."""
    found = []
    for image in sorted(Path("/boot").glob("vmlinuz-*")):
        release = image.name.removeprefix("vmlinuz-")
        for place in (Path("/lib/modules") / release / "build", Path(f"/usr/src/linux-headers-{release}")):
            if (place / "vmlinux").is_file():
                found.append(Kernel(release, image, place.resolve()))
                break
    return found
