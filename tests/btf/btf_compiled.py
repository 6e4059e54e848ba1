# SPDX-License-Identifier: GPL-2.0-only
"""A small object with BTF as a compiler writes it."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from kiter import tools

C = """
typedef unsigned long long u64;
typedef _Bool bool;
struct list { struct list *next, **prev; };
struct narrow { int a : 3; unsigned int b : 29; char c[5]; };
union both { u64 word; struct { short low, high; } half; };
struct nested { int a; union { struct { int b, c; }; u64 d; }; struct { int e; } f; };
enum order { DOWN = -2, UP = 7 };
enum wide { HUGE = 0x8000000000000000ULL };
enum { NAMELESS = 3 } nameless;
typedef int (*compare_t)(const void *, const void *);
struct list *take(struct list *one, const u64 *words, const char *const *names, bool flag, unsigned long n)
{ return one + flag + n + *words + (names != 0); }
void sort(compare_t by, int (*each)(const char *, ...), u64 (*table)[4], volatile int *spin, enum order o)
{ *spin = o; }
struct narrow n; union both b; struct nested nested; enum order o; enum wide w = HUGE; int k = NAMELESS;
"""


@cache
def compiled_object() -> bytes:
    """The bytes of the object file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.c").write_text(C)
        cmd = [tools.require_clang().path, "-target", "bpf", "-g", "-O1", "-c", "-o", "x.o", "x.c"]
        subprocess.run(cmd, cwd=folder, check=True)
        return (Path(folder) / "x.o").read_bytes()
