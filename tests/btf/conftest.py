# SPDX-License-Identifier: GPL-2.0-only
"""The kernels whose BTF is at hand, one for each release that has a target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from kiter.btf.elf import Elf
from kiter.btf.reader import Btf
from kiter.errors import KiterError
from kiter.kernel.btf_files import Source, find
from kiter.target.profile import releases


@dataclass(frozen=True)
class HeadersWithBtf:
    """The headers of a kernel, which hold its BTF, and the target that it is of."""

    target: str
    found: Source

    @property
    def vmlinux(self) -> Path:
        return self.found.path

    @property
    def folder(self) -> Path:
        return self.vmlinux.parent

    @cached_property
    def btf(self) -> Btf:
        return Btf.of(self.vmlinux)

    @cached_property
    def image(self) -> Elf:
        return Elf(self.vmlinux.read_bytes(), str(self.vmlinux))

    def source(self, path: str) -> Path:
        """A header; Debian keeps those of all flavours in a package of their own."""
        if not (self.folder / path).is_file():
            common = re.findall(
                r"^include (/\S+)/Makefile$", (self.folder / "Makefile").read_text(), re.MULTILINE
            )
            return Path(common[0]) / path
        return self.folder / path


@pytest.fixture(scope="session", params=releases())
def headers(request):
    try:
        return HeadersWithBtf(request.param, find(request.param))
    except KiterError as error:
        pytest.skip(str(error))
