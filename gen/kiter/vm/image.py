# SPDX-License-Identifier: GPL-2.0-only
"""The ELF kernel inside a bzImage: QEMU boots it directly, which saves the unpacking in the guest."""

from __future__ import annotations

import bz2
import contextlib
import lzma
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL
from typing import Protocol

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.errors import environment
from kiter.kernel.kernels import Kernel

ELF = b"\x7fELF"
GZIP = 16 + zlib.MAX_WBITS
Method = Callable[[bytes, Path], None]


def _program(tool: str, *argv: str) -> Method:
    def unpack(data: bytes, out: Path) -> None:
        program = tools.require(tool).path
        with out.open("wb") as file:
            # what follows the stream is the loader's own code, so the exit status says nothing
            subprocess.run([program, *argv], input=data, stdout=file, stderr=DEVNULL, check=False)

    return unpack


class _Unpacker(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...


def _stream(opener: Callable[[], _Unpacker]) -> Method:
    def unpack(data: bytes, out: Path) -> None:
        out.write_bytes(opener().decompress(data))

    return unpack


FORMATS: tuple[tuple[bytes, Method], ...] = (
    (b"\x28\xb5\x2f\xfd", _program("zstd", "-dcq")),
    (b"\xfd7zXZ\x00", _stream(lzma.LZMADecompressor)),
    (b"\x1f\x8b\x08", _stream(lambda: zlib.decompressobj(GZIP))),
    (b"\x02\x21\x4c\x18", _program("lz4", "-dcq")),
    (b"\x5d\x00\x00\x00", _stream(lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE))),
    (b"BZh", _stream(bz2.BZ2Decompressor)),
)


def _places(data: bytes, magic: bytes) -> Iterator[int]:
    at = data.find(magic)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ELF)) == ELF


def unpack(data: bytes, out: Path) -> bool:
    """Writes the ELF image that is in a kernel's file; False if there is none to be found."""
    if data.startswith(ELF):
        out.write_bytes(data)
        return True
    for magic, method in FORMATS:
        for at in _places(data, magic):
            # the magic may stand in any data by chance
            with contextlib.suppress(OSError, EOFError, lzma.LZMAError, zlib.error, ValueError):
                method(data[at:], out)
                if _is_elf(out):
                    return True
    return False


def _key(image: Path, cache: Cache) -> str:
    return key_of("image", cache.digests.of(str(image)))


def vmlinux_path(image: Path, cache: Cache) -> Path:
    """Where the ELF kernel of a vmlinuz is, or will be."""
    return cache.place("images", _key(image, cache)) / "vmlinux"


def vmlinux(image: Path, cache: Cache) -> Path:
    """The path of the ELF kernel of a vmlinuz, unpacked once; raises if it has none."""

    def make(work: Path) -> tuple[str, ...]:
        if not unpack(image.read_bytes(), work / "vmlinux"):
            raise environment("R03", "no ELF kernel inside the image", file=str(image))
        return ()

    return cache.made("images", _key(image, cache), make) / "vmlinux"


def bootable(kernel: Kernel, cache: Cache) -> Path:
    """What QEMU is given of a kernel: its image as it is where that is quick, else the ELF kernel in it."""
    return kernel.image if kernel.arch.direct else vmlinux(kernel.image, cache)
