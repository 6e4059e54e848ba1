# SPDX-License-Identifier: GPL-2.0-only
"""Which options a kernel loses with one of them.

To undefine CONFIG_CGROUPS alone describes a kernel that nobody can configure, and its headers do not compile.
Kconfig itself is asked, where a source tree of the headers' version is at hand: the configuration of the
headers is resolved once as it is and once without the option, and what is lost is what went off with it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.headers import Headers
from kiter.kernel.kbuild import Kbuild
from kiter.kernel.tree import Tree
from kiter.lower.check.headers import Undefined
from kiter.regex import regex
from kiter.render import render
from kiter.value_class import value_class

# For a machine without kernel sources: what kconfig of 6.12 says (Debian's cloud flavour).
# An option that a kernel does not have is undefined without harm.
_WITH_CGROUPS = """
    BFQ_GROUP_IOSCHED BLK_CGROUP BLK_CGROUP_FC_APPID BLK_CGROUP_IOCOST BLK_CGROUP_IOLATENCY
    BLK_CGROUP_IOPRIO BLK_CGROUP_PUNT_BIO BLK_CGROUP_RWSTAT BLK_DEV_THROTTLING BLK_RQ_ALLOC_TIME
    BPF_STREAM_PARSER CFS_BANDWIDTH CGROUP_BPF CGROUP_CPUACCT CGROUP_DEVICE CGROUP_DMEM CGROUP_FREEZER
    CGROUP_HUGETLB CGROUP_MISC CGROUP_NET_CLASSID CGROUP_NET_PRIO CGROUP_PERF CGROUP_PIDS CGROUP_RDMA
    CGROUP_SCHED CGROUP_WRITEBACK CPUSETS CPUSETS_V1 FAIR_GROUP_SCHED GROUP_SCHED_WEIGHT MEMCG MEMCG_V1
    NETFILTER_XT_MATCH_CGROUP NET_CLS_CGROUP PAGE_COUNTER PROC_PID_CPUSET RT_GROUP_SCHED SCHED_AUTOGROUP
    SCHED_MM_CID SLAB_OBJ_EXT SOCK_CGROUP_DATA UCLAMP_TASK_GROUP
"""

DEPENDENTS: Mapping[str, tuple[str, ...]] = {
    "CONFIG_CGROUPS": tuple(f"CONFIG_{name}" for name in _WITH_CGROUPS.split()),
}

_ENTRY = regex(r"^\s*(?:menu)?config\s+(\w+)\s*$|^\s+select\s+(\w+)", re.MULTILINE)
_SET = regex(r"^(CONFIG_\w+)=[ym]$", re.MULTILINE)


@value_class
class Off:
    """The options that are off with one of them, and who says so: kconfig, or our own table."""

    options: tuple[str, ...]
    asked: bool

    @property
    def header(self) -> str:
        """C that undefines them, to be included after kconfig.h."""
        return render("check/off.h.j2", Undefined(self.options))


def without(option: str, headers: Headers, kbuild: Kbuild, tree: Tree | None, cache: Cache) -> Off:
    """What goes off with `option`: asked of kconfig if `tree` is of the headers' version, else as known."""
    known = Off((option, *DEPENDENTS.get(option, ())), asked=False)
    if tree is None or tree.version != headers.version or not _conf(headers).exists():
        return known
    where = cache.named(str(tree.path))
    key = key_of("kconfig", code_of(__name__), option, headers.release, kbuild.identity, where)
    stored = cache.load("kconfig", key)
    if stored and isinstance(stored.value, list):
        names: list[object] | None = stored.value
    else:
        since = time.time_ns()
        names = _ask(option, headers, kbuild, tree, cache)
        if names is not None:
            cache.store("kconfig", key, names, reads=_reads(headers, kbuild, tree), since=since)
    return Off(tuple(str(name) for name in names), asked=True) if names else known


def _reads(headers: Headers, kbuild: Kbuild, tree: Tree) -> Iterator[str]:
    """What kconfig reads, and runs to learn what the compiler can do."""
    yield from (str(headers.path / ".config"), str(_conf(headers)))
    yield from map(str, _kconfigs(tree.path, kbuild.arch))
    for pattern in ("scripts/*.sh", "scripts/*.include"):
        yield from (str(path) for path in sorted(tree.path.glob(pattern)))


def _ask(option: str, headers: Headers, kbuild: Kbuild, tree: Tree, cache: Cache) -> list[object] | None:
    """The options lost; none if kconfig does not let go of the option, None if it does not run here."""
    config = (headers.path / ".config").read_text(encoding="utf-8", errors="replace")
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in _kconfigs(tree.path, kbuild.arch))
    off = selectors(option, texts)
    with cache.scratch() as scratch:
        with_it = _resolve(config, headers, kbuild, tree, scratch / "on")
        without_it = _resolve(_switched_off(config, off), headers, kbuild, tree, scratch / "off")
    if not with_it or not without_it:
        return None
    return [] if option in without_it else [*sorted(with_it - without_it)]


def selectors(option: str, texts: Iterable[str]) -> set[str]:
    """The option and all that select it, directly or not: each of them would switch it on again."""
    by_selected: dict[str, set[str]] = {}
    for text in texts:
        entry = ""
        for found in _ENTRY.finditer(text):
            entry = found[1] or entry
            if found[2]:
                by_selected.setdefault(found[2], set()).add(entry)
    found_all: set[str] = set()
    ahead = [option.removeprefix("CONFIG_")]
    while ahead:
        name = ahead.pop()
        if name not in found_all:
            found_all.add(name)
            ahead += by_selected.get(name, ())
    return {f"CONFIG_{name}" for name in found_all}


def _kconfigs(tree: Path, arch: str) -> Iterable[Path]:
    """All Kconfig files but those of other architectures."""
    for path in tree.rglob("Kconfig*"):
        parts = path.relative_to(tree).parts
        if path.is_file() and (parts[0] != "arch" or len(parts) < 3 or parts[1] == arch):
            yield path


def _switched_off(config: str, names: set[str]) -> str:
    kept = [line for line in config.splitlines() if line.partition("=")[0] not in names]
    return "\n".join([*kept, *(f"# {name} is not set" for name in sorted(names))]) + "\n"


def _resolve(config: str, headers: Headers, kbuild: Kbuild, tree: Tree, folder: Path) -> set[str]:
    """The options that are on once kconfig has made the configuration consistent."""
    folder.mkdir()
    path = folder / ".config"
    path.write_text(config, encoding="utf-8")
    words = [str(_conf(headers)), "-s", "--olddefconfig", str(tree.path / "Kconfig")]
    done = tools.run(words, folder, _variables(headers, kbuild, tree))
    if done.status:
        return set()
    return set(_SET.findall(path.read_text(encoding="utf-8", errors="replace")))


def _conf(headers: Headers) -> Path:
    """The kconfig program, which packages of headers bring along."""
    return headers.path / "scripts/kconfig/conf"


def _variables(headers: Headers, kbuild: Kbuild, tree: Tree) -> dict[str, str]:
    """What the kernel's Makefile exports to kconfig; rustc is left out, it changes nothing here."""
    said = tools.run([kbuild.compiler.path, "--version"]).stdout.partition("\n")[0]
    fixed = {"LD": "ld", "AR": "ar", "NM": "nm", "OBJCOPY": "objcopy", "HOSTCC": "gcc", "HOSTCXX": "g++"}
    return {
        **fixed,
        "RUSTC": "false",
        "BINDGEN": "false",
        "PAHOLE": "pahole",
        "srctree": str(tree.path),
        "ARCH": kbuild.arch,
        "SRCARCH": kbuild.arch,
        "KERNELVERSION": headers.release,
        "CC": kbuild.compiler.path,
        "CC_VERSION_TEXT": said,
        "KCONFIG_CONFIG": ".config",
    }
