# SPDX-License-Identifier: GPL-2.0-only
"""Fetching a kernel by apt: headers with the programs they need, an image to boot, and the sources.

Nothing is installed: packages are unpacked into the cache, where another run finds them whole or not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from kiter.errors import KiterError, environment
from kiter.kernel import apt, foreign, kernels, profiles, sources, toolchain
from kiter.kernel.apt import Apt
from kiter.kernel.arch import Arch, own
from kiter.kernel.kernels import Kernel, fetched, kernels_folder, matches
from kiter.spec.release import numbers, parse_release, spelled
from kiter.target.profile import DEFAULT
from kiter.target.profile import releases as targets
from kiter.value_class import value_class

HEADERS = "linux-headers-"
# in the order of preference: the image package of some releases is empty, and its kernel in another
IMAGES = ("linux-image-{}-unsigned", "linux-binary-{}", "linux-image-{}")
Listen = Callable[[str], None]


@value_class
class Found:
    """A release that an apt can download."""

    apt: Apt
    release: str
    where: str
    arch: Arch

    @property
    def foreign(self) -> bool:
        """Whether it is for another machine than this one."""
        return self.arch != own()

    def named(self, package: str) -> str:
        """A package of that machine, as apt calls it."""
        return f"{package}:{self.arch.debian}" if self.foreign else package


@value_class
class Fetched:
    """What is there after fetching: `archive` is None if no sources of that version are to be had."""

    kernel: Kernel
    archive: Path | None


def fetch(
    version: str = DEFAULT,
    suite: str = "",
    folder: Path | None = None,
    listen: Listen = lambda _step: None,
    arch: Arch | None = None,
) -> Fetched:
    """Downloads and unpacks the newest kernel of a version and its sources, unless they are there already.

    The machine's own suites are looked into first, then Debian's others; `suite` names one instead. `listen`
    is told what is being done; `arch` is the machine that it is for, this one unless it is given. What was
    downloaded before an interruption is not downloaded again.
    Raises KiterError R32 (no apt) or R33 (no such kernel, no network).
    """
    folder = folder or kernels_folder()
    with _working(folder) as work:
        found = _look(version, suite, arch or own(), work, listen)
        have = next((k for k in fetched(folder) if k.release == found.release), None)
        if have:
            listen(f"{found.release} is here already")
        kernel = have or _kernel(found, work, folder, listen)
        archive = _sources(found, work, listen)
    version = spelled(numbers(kernel.release)[:2])
    if archive and not profiles.known(version):
        listen(f"reading in its sources what is particular to Linux {version}")
        profiles.read(archive, version)
    return Fetched(kernel, archive)


def offered(
    suite: str = "",
    folder: Path | None = None,
    listen: Listen = lambda _step: None,
    arch: Arch | None = None,
) -> list[str]:
    """The versions, such as 7.3, of which this machine's suites and Debian's others have kernels, in order.

    `suite` names one instead. Those before the oldest target are left out: its kernels are the first that
    iterators are tried on. `arch` is as for fetch(). Raises KiterError R32 (no apt) or R33 (no mirror).
    """
    with _working(folder or kernels_folder()) as work:
        places = [apt.with_base(suite)] if suite else apt.suites(work)
        arch = arch or own()
        mine = () if suite or arch != own() else (apt.own(work),)
        known = [*mine, *_readable(places, arch, work, listen)]
        releases = [release for one in known for release in candidates(one, "", arch)]
    oldest = min(parse_release(name) for name in targets())
    versions = {numbers(release)[:2] for release in releases}
    return [spelled(version) for version in sorted(versions) if version >= oldest]


def _beside(arch: Arch) -> tuple[str, ...]:
    """This machine and another one, as Debian calls them; nothing for this one alone."""
    return (own().debian, arch.debian) if arch != own() else ()


def _readable(places: Iterable[Sequence[str]], arch: Arch, work: Path, listen: Listen) -> Iterator[Apt]:
    """Each of these suites that this machine's mirror has."""
    for names in places:
        listen(f"looking into {names[0]}")
        alone = apt.private(names[:1], work, *_beside(arch))
        with contextlib.suppress(KiterError):  # not every release of Debian has backports
            alone.update()
            yield alone


@contextlib.contextmanager
def _working(folder: Path) -> Iterator[Path]:
    """The folder that downloads go to, for one run at a time; kept if the run fails, to go on from there."""
    work = folder / ".fetch"
    work.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        work.mkdir(exist_ok=True)
        yield work
        shutil.rmtree(work)


# --- where it is -----------------------------------------------------------------------------------


def _look(version: str, suite: str, arch: Arch, work: Path, listen: Listen) -> Found:
    """The newest release of that version, in the first place that has one."""
    if not suite and arch == own():
        mine = apt.own(work)
        here = candidates(mine, version, arch)
        if here:
            return Found(mine, here[-1], "this machine's suites", arch)
    troubles: list[str] = []
    for names in [apt.with_base(suite)] if suite else apt.suites(work):
        try:
            found = _in(names, version, arch, work, listen)
        except KiterError as error:  # not every release of Debian has backports, nor every mirror all suites
            troubles.append(f"{names[0]}: {error.diagnostics[0].reason}")
            continue
        if found:
            return found
    where = suite or "Debian's suites"
    raise environment("R33", f"no kernel {version} of {arch.flavour} in {where}", "\n".join(troubles))


def _in(names: Sequence[str], version: str, arch: Arch, work: Path, listen: Listen) -> Found | None:
    listen(f"looking into {names[0]}")
    alone = apt.private(names[:1], work, *_beside(arch))
    alone.update()
    here = candidates(alone, version, arch)
    if not here:
        return None
    whole = apt.private(names, work, *_beside(arch))
    whole.update()
    return Found(whole, here[-1], names[0], arch)


def candidates(known: Apt, version: str, arch: Arch) -> list[str]:
    """The releases of that version whose headers apt has, oldest first."""
    names = known.names(HEADERS + version)
    releases = [name.removeprefix(HEADERS) for name in names if name.endswith(f"-{arch.flavour}")]
    mark = f":{arch.debian}" if arch != own() else ""
    wanted = [r for r in releases if len(r.split(".")) > 2 and matches(r, version)]
    real = known.real([f"{HEADERS}{release}{mark}" for release in wanted])
    return sorted((r for r in wanted if HEADERS + r in real), key=lambda r: (numbers(r), r))


# --- getting it ------------------------------------------------------------------------------------


def _kernel(found: Found, work: Path, folder: Path, listen: Listen) -> Kernel:
    image = _image(found)
    headers = found.named(HEADERS + found.release)
    packages = foreign.programs(found.apt, headers, found.arch) if found.foreign else [headers]
    count, size = found.apt.size(packages)
    listen(f"downloading {found.release} from {found.where}: {count} packages, {_megabytes(size)}")
    more = [headers, *foreign.files(found.apt, headers, found.arch)] if found.foreign else []
    debs = [*found.apt.closure(packages), *(found.apt.download(name, work) for name in (*more, image))]
    listen(f"unpacking {len(debs)} packages")
    root, place = work / "root", folder / found.release
    shutil.rmtree(root, ignore_errors=True)
    for deb in debs:
        unpack_deb(deb, root)
    toolchain.merge(root)
    _slim(root, found.release)
    toolchain.settle(root, place)
    if found.foreign:
        foreign.settle(root, found.arch)
    _proven(root, found.release)
    (root / kernels.COMPLETE).touch()
    shutil.rmtree(place, ignore_errors=True)
    root.rename(place)
    return next(k for k in fetched(folder) if k.release == found.release)


def _image(found: Found) -> str:
    known = found.apt.real([found.named(pattern.format(found.release)) for pattern in IMAGES])
    name = next((n for pattern in IMAGES if (n := pattern.format(found.release)) in known), None)
    if name is None:
        raise environment("R33", f"{found.where} has the headers of {found.release}, but no image")
    return found.named(name)


def _slim(root: Path, release: str) -> None:
    """Without what nothing here needs: modules, which no test loads, and documentation."""
    beside, image = root / f"usr/lib/modules/{release}/vmlinuz", root / f"boot/vmlinuz-{release}"
    if beside.is_file():  # where Debian's packages have it since 7.0
        image.parent.mkdir(exist_ok=True)
        beside.rename(image)
    for name in ("lib/modules", "usr/lib/modules", "usr/share", "var", "etc"):
        shutil.rmtree(root / name, ignore_errors=True)


def _proven(root: Path, release: str) -> None:
    needed = (f"boot/vmlinuz-{release}", f"usr/src/linux-headers-{release}/vmlinux", toolchain.LOADER)
    lacking = [name for name in needed if not (root / name).is_file()]
    if lacking:
        raise environment("R33", f"the packages of {release} lack {', '.join(lacking)}")


def _sources(found: Found, work: Path, listen: Listen) -> Path | None:
    """The archive of the sources, installed, fetched before, or now."""
    version = spelled(numbers(found.release)[:2])
    have = sources.archive(version)
    package = f"linux-source-{version}"
    if have or package not in found.apt.real([package]):
        return have
    listen(f"downloading {package}, about 160 MB")
    deb = found.apt.download(package, work)
    root = work / "sources"
    unpack_deb(deb, root)
    (made,) = root.glob(f"usr/src/{package}.tar.*")
    place = sources.folder() / made.name
    place.parent.mkdir(parents=True, exist_ok=True)
    return made.rename(place)


def unpack_deb(deb: Path, root: Path) -> None:
    """A package's files below root, without running anything of it."""
    root.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["dpkg-deb", "-x", deb, root], capture_output=True, text=True, check=False)
    if done.returncode:
        raise environment("R33", f"{deb.name} does not unpack", reason=done.stderr.strip())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
