# SPDX-License-Identifier: GPL-2.0-only
"""Whether the sources of a kernel have the file that the code joins, or room for one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.fragment import Anchor
from kiter.kernel import sources
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Done, Job, JobKind
from kiter.kernel.messages import Finding
from kiter.kernel.tree import Tree
from kiter.output import Kind, Rendered
from kiter.spec.release import spelled
from kiter.value_class import value_class


@value_class
class Known:
    """The sources of a kernel: `identity` stands for them, `has` says whether a path is among them.

    `top` is the folder of those that stand in one, None for an archive.
    """

    identity: str
    has: Callable[[str], bool]
    top: Path | None = None


def jobs(
    rendered: Rendered, headers: Headers, tree: Tree | None, places: Places, cache: Cache
) -> Iterator[Job]:
    """One job, where there are sources of the kernel to look into."""
    kfuncs = rendered.of(Kind.KFUNCS)
    known = _known(headers, tree, places, cache)
    if kfuncs is None or known is None:
        return
    (fragment,) = kfuncs.fragments
    own, path = fragment.anchor is Anchor.NEW_FILE, fragment.file
    makefile = str(PurePosixPath(path).with_name("Makefile"))
    release = spelled(headers.version)

    def work(_: Path, __: Sequence[Path]) -> Done:
        wrong = _own(path, makefile, rendered.released, known) if own else _joined(path, known)
        reads = (str(known.top / path), str(known.top / makefile)) if known.top else ()
        found = (Finding(1, 1, "error", f"Linux {release} has {text}") for text in wrong)
        return Done(tuple(found), reads=reads)

    key = key_of("place", code_of(__name__), known.identity, path, str(own), str(rendered.released))
    yield Job(JobKind.PLACE, rendered.spec, kfuncs.path, path, "B09", key, work)


def _known(headers: Headers, tree: Tree | None, places: Places, cache: Cache) -> Known | None:
    """The sources of just this kernel."""
    if tree is not None and tree.given:
        top = tree.path
        return Known(cache.named(str(top)), lambda path: (top / path).is_file(), top)
    archive = sources.archives(*places.archives).get(headers.version)
    if archive is None:
        return None
    return Known(cache.digests.of(str(archive)), lambda path: path in sources.listed(archive, cache))


def _joined(path: str, known: Known) -> Iterator[str]:
    if not known.has(path):
        yield f"no {path}"


def _own(path: str, makefile: str, released: bool, known: Known) -> Iterator[str]:
    """A file of its own needs a Makefile, and its place, which the kernel's own iterator has taken."""
    if not known.has(makefile):
        yield f"no {makefile}, in which the line for the new file could stand"
    elif known.has(path) and not released:
        yield f"{path} already"
