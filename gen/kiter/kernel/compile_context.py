# SPDX-License-Identifier: GPL-2.0-only
"""What a unit needs of the kernel's own sources: private headers, or the whole file that it joins."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from kiter.cache.store import Cache
from kiter.fragment import Anchor, Fragment
from kiter.kernel import profiles, quoted, sources
from kiter.kernel.headers import Headers, Places
from kiter.output import Kind, Rendered
from kiter.tree import insertion_points, replacement
from kiter.tree.codes import MisfitError
from kiter.value_class import value_class

# folders with private headers that files elsewhere name by their path (kernel/sched/core.c: io_uring/io-wq.h)
_NEIGHBOURS = tuple(
    f"{top}/*.h" for top in ("block", "fs", "io_uring", "ipc", "kernel", "lib", "mm", "net", "security")
)
MISSING = "it needs the sources of Linux {} (kiter kernels fetch {})"


@value_class
class CompileContext:
    """Where a unit is compiled: `sources` holds what it includes of them, `flags` say so to a compiler.

    `unfit` says why it cannot be compiled at all.
    """

    sources: Path | None = None
    flags: tuple[str, ...] = ()
    unfit: str = ""

    def key(self, cache: Cache) -> Iterator[str]:
        """What keys have of it."""
        return map(cache.named, (str(self.sources), *self.flags))


def of(
    rendered: Rendered, headers: Headers, origin: Places, given: Path | None, cache: Cache
) -> CompileContext:
    """What one unit needs, unpacked once; `given` is a tree that the user named."""
    wanted = _wanted(rendered)
    if not wanted:
        return CompileContext()
    files = (joined(rendered),) if rendered.inside else rendered.private
    folder = given or _unpacked(wanted, files, headers, origin, cache)
    if folder is None:
        return CompileContext(unfit=MISSING.format(headers.profile, headers.profile))
    asked = rendered.inside and rendered.guard and not is_on(rendered.guard, headers)
    flags = (f"-D{rendered.guard}=1",) if asked else ()
    searched = above(files[0], folder) if rendered.inside else (f"-I{folder}",)
    return CompileContext(folder, (*flags, *searched))


def above(path: str, sources: Path) -> tuple[str, str]:
    """The flags by which "../tools/lib/bpf/relo_core.h" is found as kbuild finds it: from below the top."""
    return "-idirafter", str(sources / PurePosixPath(path).parts[0])


def _wanted(rendered: Rendered) -> tuple[str, ...]:
    """The paths of the sources that are needed: a whole top folder where the code joins a file for good."""
    if rendered.inside:
        path = PurePosixPath(joined(rendered))
        whole = path.parent if path.parts[0] == "tools" else path.parts[0]
        return (str(whole), *_NEIGHBOURS, *rendered.private)
    return rendered.private


def joined(rendered: Rendered) -> str:
    """The file of the kernel tree that the kfuncs join."""
    return _kfuncs(rendered).file


def _kfuncs(rendered: Rendered) -> Fragment:
    output = rendered.of(Kind.KFUNCS)
    assert output is not None
    (fragment,) = output.fragments
    return fragment


def _own_sets(rendered: Rendered) -> tuple[Fragment, ...]:
    """What goes into the file of the kfuncs behind them: the set of its own, the target."""
    outputs = (output for output in rendered.outputs if output.kind in (Kind.BTF_IDS, Kind.TARGET))
    joined = (fragment for output in outputs for fragment in output.fragments)
    return tuple(f for f in joined if f.anchor in (Anchor.OWN_SET, Anchor.TARGET))


def _unpacked(
    wanted: tuple[str, ...], files: tuple[str, ...], headers: Headers, origin: Places, cache: Cache
) -> Path | None:
    """Those paths of the archive, and what the files among them include from elsewhere."""
    archive = sources.archives(*origin.archives).get(headers.version)
    needed = wanted[0] if wanted[0].endswith(".h") else f"{wanted[0]}/Makefile"
    folder = sources.unpacked(archive, wanted, cache, needed) if archive else None
    if archive is None or folder is None:
        return None
    lacking = quoted.lacking(files, folder)
    more = lacking and lacking & sources.listed(archive, cache)
    return _unpacked((*wanted, *sorted(more)), files, headers, origin, cache) if more else folder


def is_on(option: str, headers: Headers) -> bool:
    """Whether a kernel is built with an option, so that its BTF has what that brings."""
    config = headers.path / ".config"
    return config.is_file() and f"\n{option}=" in config.read_text(encoding="utf-8", errors="replace")


@value_class
class Merged:
    """Code in the file that it joins, `file`, and the one to compile for that, which may only include it.

    `searched` are the sources that were read to know which it is.
    """

    file: Path
    compiled: Path
    searched: tuple[str, ...]


def merged(rendered: Rendered, around: CompileContext, scratch: Path) -> Merged:
    """Code that lives inside another file, in a copy of its folder.

    Raises MisfitError when the file has no place for it.
    """
    found = untouched(rendered, around, scratch)
    lines = found.file.read_text(encoding="utf-8").split("\n")
    profile, fragment = profiles.of(rendered.target), _kfuncs(rendered)
    there = replacement.defines(lines, rendered.iterator)
    put = (
        replacement.kfuncs(lines, fragment, rendered.iterator, profile)
        if there
        else insertion_points.kfuncs(lines, fragment, profile)
    )
    for own in _own_sets(rendered):
        put = put if there else insertion_points.kfuncs(put, own, profile)
    put = put if there else insertion_points.included(put, rendered.includes)
    found.file.write_text("\n".join(put), encoding="utf-8")
    return found


def untouched(rendered: Rendered, around: CompileContext, scratch: Path) -> Merged:
    """The file that the code joins, as the kernel has it, in a copy of its folder.

    Raises MisfitError when there is no such file.
    """
    assert around.sources is not None
    path = PurePosixPath(joined(rendered))
    if not (around.sources / path).is_file():
        raise MisfitError(f"this kernel has no {path}")
    for top in around.sources.iterdir():
        if top.is_dir() and top.name != path.parts[0]:
            (scratch / top.name).symlink_to(top)
    _copy(around.sources, scratch, path)
    searched = tuple(searched_for(path, around.sources))
    return Merged(scratch / path, scratch / compiled_with(path, around.sources), searched)


def _copy(sources: Path, scratch: Path, path: PurePosixPath) -> None:
    """The file and the folders that it is in as our own, what stands beside these as links.

    Compilers look for "x.h" beside the name by which a file was included, not behind its link.
    """
    for folder, own in zip(path.parents, (path, *path.parents), strict=False):
        if folder.name:
            (scratch / folder).mkdir(parents=True, exist_ok=True)
            for entry in (sources / folder).iterdir():
                if entry.name != own.name:
                    (scratch / folder / entry.name).symlink_to(entry)
    shutil.copyfile(sources / path, scratch / path)


def compiled_with(path: PurePosixPath, sources: Path) -> PurePosixPath:
    """The file itself, or the one that includes it: some are only parts (kernel/sched/build_policy.c)."""
    for other in _including(path, sources):
        text = other.read_text(encoding="utf-8", errors="replace")
        within = path.relative_to(other.parent.relative_to(sources))
        if f'include "{within}"' in text:
            return PurePosixPath(other.relative_to(sources))
    return path


def searched_for(path: PurePosixPath, sources: Path) -> list[str]:
    """The folders and files that compiled_with() looks at."""
    return [*map(str, _around(path, sources)), *map(str, _including(path, sources))]


def _including(path: PurePosixPath, sources: Path) -> list[Path]:
    """The files that may include that one: those beside it, and in the folders that it is in."""
    return [other for folder in _around(path, sources) for other in sorted(folder.glob("*.c"))]


def _around(path: PurePosixPath, sources: Path) -> list[Path]:
    return [sources / folder for folder in path.parents if folder.name]
