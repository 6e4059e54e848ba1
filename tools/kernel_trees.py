# SPDX-License-Identifier: GPL-2.0-only
"""Parts of real kernel trees, for tests and benchmarks: as folders, and as repositories of one commit.

An archive takes ten seconds to read, whatever is taken out of it: all parts come out at once, into the cache.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from kiter.cache.store import Cache
from kiter.kernel import sources

BPF = "tools/testing/selftests/bpf"
# what `kiter apply` and `kiter sync` read of a tree
READ = (
    *("Makefile", "kernel/bpf", "kernel/sched/ext*", "Documentation/bpf", "include/uapi/linux/bpf.h"),
    *("tools/lib/bpf/bpf_helpers.h", "tools/sched_ext/include"),
    *(f"{BPF}/{name}" for name in ("bpf_experimental.h", "config", "test_kmods", "bpf_testmod")),
    *(f"{BPF}/progs/{name}.c" for name in ("kmem_cache_iter", "dmabuf_iter")),
    *(f"{BPF}/prog_tests/{name}.c" for name in ("kmem_cache_iter", "dmabuf_iter")),
)
# what `kiter series` reads of a tree, and what makes the kernel's own scripts take it for one
CHECKED = (
    *("Makefile", "MAINTAINERS", "COPYING", "CREDITS", "Kbuild", "README", "*/Kconfig*", "Kconfig"),
    *("tools/sched_ext/include/scx", "ipc/Makefile", ".get_maintainer.ignore", ".mailmap"),
    *("kernel/bpf", "kernel/sched", "kernel/workqueue.c", "lib/kstrtox.h", "mm/slab.h", "mm/internal.h"),
    *("kernel/workqueue_internal.h", "kernel/smpboot.h", "kernel/cgroup/*.h", "io_uring/*.h"),
    *("fs/namespace.c", "fs/mount.h", "fs/pnode.h", "fs/internal.h"),
    *("Documentation/bpf", "Documentation/dev-tools/checkpatch.rst"),
    *("scripts/*.pl", "scripts/*.py", "scripts/Kconfig.include", "scripts/const_structs.checkpatch"),
    *("scripts/kernel-doc*", "scripts/lib/*", "scripts/spelling.txt", "scripts/*.sh"),
    *("include/uapi/linux/bpf.h", "tools/arch/*/include/*", "tools/docs/*", "tools/include/*"),
    *("tools/lib/bpf/*.h", "tools/lib/python/*", "tools/testing/selftests/*.h"),
    *(f"{BPF}/*.h", f"{BPF}/config", f"{BPF}/test_kmods", f"{BPF}/bpf_testmod", f"{BPF}/libarena/include"),
    *(f"{BPF}/progs/*iter*.[ch]", f"{BPF}/progs/bpf_misc.h", f"{BPF}/prog_tests/*iter*.c"),
)
# what the kernel's own documentation is built with
DOCUMENTING = (
    *("Makefile", "MAINTAINERS", "Documentation/conf.py", "Documentation/sphinx*"),
    *("Documentation/images/logo.svg", "scripts/kernel-doc*", "scripts/lib/kdoc", "tools/lib/python"),
    *("tools/docs/kernel-doc", "tools/net/ynl/pyynl/lib"),
)
# where kfuncs are registered
REGISTERING = (
    *(
        "kernel/bpf/*.c",
        "kernel/sched/ext*",
        "kernel/trace/bpf_trace.c",
        "net/core/filter.c",
        "net/core/xdp.c",
    ),
    *("fs/bpf_fs_kfuncs.c", "net/bpf/test_run.c", f"{BPF}/*/bpf_test*.c"),
    *("drivers/base/power/wakeup.c", "drivers/hid/bpf/hid_bpf_dispatch.c", "fs/binfmt_misc_bpf.c"),
    *("fs/verity/measure.c", "io_uring/bpf-ops.c", "kernel/cgroup/rstat.c", "mm/bpf_memcontrol.c"),
    *("net/core/bpf_ksock.c", "net/ipv4/bpf_tcp_ca.c", "net/ipv4/fou_bpf.c", "net/ipv4/tcp_*c"),
    *("net/netfilter/nf_*_bpf.c", "net/sched/bpf_qdisc.c", "net/xfrm/xfrm_*_bpf.c", "kernel/sched/*.c"),
)
# what a profile is read from beside these
DERIVING = (
    *REGISTERING,
    *("Makefile", "include/linux/btf.h", "include/linux/btf_ids.h", "include/linux/module.h"),
    *("scripts/checkpatch.pl", "kernel/*Kconfig*", "drivers/base/Kconfig", "drivers/dma-buf/Kconfig"),
    *("kernel/*Makefile", "Documentation/bpf/*.rst", f"{BPF}/bpf_experimental.h"),
)
# where SEC("iter/...") reads files
READING = (
    *(
        "Makefile",
        "kernel/bpf/*_iter.c",
        "kernel/bpf/arraymap.c",
        "kernel/bpf/hashtab.c",
        "kernel/kallsyms.c",
    ),
    *("net/core/sock_map.c", "net/core/bpf_sk_storage.c", "net/ipv4/tcp_ipv4.c", "net/ipv4/udp.c"),
    *("net/ipv6/route.c", "net/netlink/af_netlink.c", "net/unix/af_unix.c"),
)
PARTS = tuple(sorted({*READ, *CHECKED, *DOCUMENTING, *DERIVING}))
IDENTITY = {"user.name": "Tester", "user.email": "tester@example.org"}


def extract(version: str) -> Path | None:
    """All parts of that version's sources, not to be changed; None if the sources are not here."""
    archive = sources.archive(version)
    return sources.unpacked(archive, PARTS, Cache()) if archive else None


def readers(version: str) -> list[str]:
    """The files with seq_file operations of SEC("iter/..."); none if the sources are not here."""
    archive = sources.archive(version)
    tree = sources.unpacked(archive, READING, Cache()) if archive else None
    return sorted(map(str, tree.rglob("*.c"))) if tree else []


def copied(version: str, wanted: Iterable[str], tree: Path) -> Path | None:
    """A new folder `tree` with those parts of that version's sources; None if the sources are not here."""
    whole = extract(version)
    if whole is None:
        return None
    for path in parts(whole, wanted):
        there = tree / path.relative_to(whole)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, there, follow_symlinks=False)
    return tree


def parts(tree: Path, wanted: Iterable[str]) -> list[Path]:
    """The files of a tree that those patterns name; a folder stands for all below it, `*` for "/" too."""
    patterns = (fnmatch.translate(one) for name in wanted for one in (name, f"{name}/*"))
    named = re.compile("|".join(patterns))
    files = (path for path in tree.rglob("*") if path.is_symlink() or path.is_file())
    return [path for path in files if named.match(str(path.relative_to(tree)))]


def git(tree: Path, *words: str) -> str:
    """What git says there."""
    done = subprocess.run(["git", "-C", tree, *words], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def repository(version: str, folder: Path) -> Path | None:
    """A repository with one commit that has the files of a series; None if the sources are not here."""
    tree = copied(version, CHECKED, folder / "linux")
    if tree:
        commit_all(tree, f"Linux {version}")
    return tree


def commit_all(tree: Path, message: str) -> None:
    """Makes a folder a repository with one commit, which has all its files."""
    git(tree, "init", "-q", "-b", "master")
    git(tree, "add", "-Af")
    who = [word for key, value in IDENTITY.items() for word in ("-c", f"{key}={value}")]
    git(tree, *who, "commit", "-qm", message)


def identify(tree: Path) -> None:
    """Gives the repository a name to commit with."""
    for key, value in IDENTITY.items():
        git(tree, "config", key, value)
