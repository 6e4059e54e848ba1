# SPDX-License-Identifier: GPL-2.0-only
"""The ELF kernel inside a bzImage: QEMU boots it directly, which saves the unpacking in the guest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from kiter.errors import environment
from kiter.vm import tools
from kiter.vm.store import Store, digest

ELF = b"\x7fELF"


def _program(tool: str, *argv: str) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        # what follows the stream is the loader's own code, so the exit status says nothing
        return subprocess.run([tools.find(tool), *argv], input=data, capture_output=True, check=False).stdout

    return unpack


def _stream(opener: Callable[[], lzma.LZMADecompressor | bz2.BZ2Decompressor]) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        return opener().decompress(data)

    return unpack


def _gunzip(data: bytes) -> bytes:
    out = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as unzipped:
        try:
            while chunk := unzipped.read(1 << 20):
                out += chunk
        except (OSError, EOFError):
            pass  # trailing bytes that are no gzip member
    return bytes(out)


FORMATS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x28\xb5\x2f\xfd", _program("zstd", "-dcq")),
    (b"\xfd7zXZ\x00", _stream(lzma.LZMADecompressor)),
    (b"\x1f\x8b\x08", _gunzip),
    (b"\x02\x21\x4c\x18", _program("lz4", "-dcq")),
    (b"\x5d\x00\x00\x00", _stream(lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE))),
    (b"BZh", _stream(bz2.BZ2Decompressor)),
)


def _places(data: bytes, magic: bytes) -> Iterator[int]:
    at = data.find(magic)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1)


def unpack(data: bytes) -> bytes | None:
    """The ELF image in a kernel's file, or None if there is none to be found."""
    if data.startswith(ELF):
        return data
    for magic, method in FORMATS:
        for at in _places(data, magic):
            try:
                image = method(data[at:])
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                continue
            if image.startswith(ELF):
                return image
    return None


def vmlinux(image: Path, store: Store) -> Path:
    """The path of the ELF kernel of a vmlinuz, unpacked once; raises if it has none."""
    stat = image.stat()
    key = digest([str(image.resolve()), str(stat.st_size), str(stat.st_mtime_ns)])

    def make(work: Path) -> None:
        elf = unpack(image.read_bytes())
        if elf is None:
            raise environment("V03", "no ELF kernel inside the image", file=str(image))
        (work / "vmlinux").write_bytes(elf)

    return store.get("vmlinux", key, make) / "vmlinux"
