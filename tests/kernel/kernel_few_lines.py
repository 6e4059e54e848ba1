# SPDX-License-Identifier: GPL-2.0-only
"""A kernel of a few lines: its headers, its sources and its tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiter import tools
from kiter.kernel.bpf import Bpf, Includes
from kiter.kernel.compile_context import CompileContext
from kiter.kernel.headers import Headers
from kiter.kernel.kbuild import Kbuild
from kiter.kernel.tree import Tree

CONF = """\
#!/bin/sh
grep -q OTHER "$3" && other=CONFIG_OTHER
if grep -q '^# CONFIG_ONE is not set' .config; then echo CONFIG_LEFT=y > .config; else
printf 'CONFIG_ONE=y\\nCONFIG_LEFT=y\\n' > .config
test "$other" && echo CONFIG_OTHER=y >> .config; fi
:
"""
MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
include $(CURDIR)/scripts/Makefile.flags
probe.o:
	@echo 'savedcmd_probe.o := gcc $(FLAGS) -c -o probe.o probe.c' > $(M)/.probe.o.cmd
	@$(CHECK) -DSPARSE
"""
CHECKPATCH = """\
if (-e "$0.words") { print "p.c:1: CHECK:WORDS: word\\n"; }
if (open(my $f, '<', $0 =~ s/checkpatch.pl/spelling.txt/r)) { print "p.c:1: CHECK:SPELLING: $_" while <$f>; }
"""
KERNEL_DOC = """\
#!/usr/bin/env python3
import sys
sys.path.insert(0, sys.path[0] + "/lib")
import doc
"""
FILES = {
    "headers/include/linux/one.h": "#include <linux/two.h>\n#define ONE 1\n",
    "headers/include/linux/two.h": "",
    "headers/first/linux/other.h": "",
    "headers/.config": "CONFIG_ONE=y\n",
    "headers/Makefile": MAKEFILE,
    "headers/scripts/Makefile.flags": "FLAGS = -DX\n",
    "headers/scripts/kconfig/conf": CONF,
    "headers/vmlinux": "types",
    "tree/Makefile": MAKEFILE,
    "tree/Kconfig": "config ONE\nconfig OTHER\n",
    "tree/mm/slab.h": "#define SLAB 1\n",
    "tree/kernel/bpf/task_iter.c": '#include <linux/one.h>\n#include "../../mm/slab.h"\n#include "near.h"\n',
    "tree/kernel/bpf/near.h": "",
    "tree/kernel/bpf/other.c": "",
    "tree/kernel/fork.c": "",
    "tree/lib/kstrtox.h": "",
    "tree/scripts/checkpatch.pl": CHECKPATCH,
    "tree/scripts/spelling.txt": "",
    "tree/scripts/kernel-doc": KERNEL_DOC,
    "tree/scripts/lib/doc.py": "",
    "tree/scripts/bpf_doc.py": "print('/* helpers */')\n",
    "tree/include/uapi/linux/bpf.h": "",
    "tree/tools/lib/bpf/bpf_helpers.h": "#define B 1\n",
    "tree/tools/lib/bpf/libbpf.h": "",
    "bpf/vmlinux.h": "struct task_struct {\n};\nenum {\n\tA = 1,\n};\n",
    "bpf/include/bpf/bpf_helpers.h": "#define B 1\n#define __ksym\n#define __weak\n",
    "bpf/include/bpf_experimental.h": "",
    "bpf/include/test_progs.h": "#define C 1\n",
    "bin/bpftool": "#!/bin/sh\necho 'struct task_struct {'; cat \"$4\"\n",
}


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of a few lines below `top`, whose sources are in the folder `name` there."""

    top: Path
    name: str = "tree"

    @property
    def linux(self) -> Path:
        return self.top / self.name

    @property
    def tree(self) -> Tree:
        return Tree(self.linux, (6, 12), given=True)

    @property
    def headers(self) -> Headers:
        return Headers(self.top / "headers", "6.12.1")

    @property
    def kbuild(self) -> Kbuild:
        flags = ("-nostdinc", "-I./first", "-Iinclude", "-Wall")
        return Kbuild(tools.require("gcc"), flags, flags[:-1], self.top / "headers", "x86", "identity")

    @property
    def around(self) -> CompileContext:
        return CompileContext(self.linux, (f"-I{self.linux}/mm",))

    @property
    def bpf(self) -> Bpf:
        folder = self.top / "bpf/include"
        includes = Includes((str(folder),), (str(folder),), "ours")
        clang, host, bpftool = tools.require_clang(), tools.require("gcc"), tools.require("bpftool")
        words = ("-target", "bpf", "-g", "-O2", f"-I{folder}")
        vmlinux_h = self.top / "bpf/vmlinux.h"
        return Bpf(clang, host, bpftool, vmlinux_h, includes, words, (f"-I{folder}",), "identity")
