# SPDX-License-Identifier: GPL-2.0-only
"""Where a series comes from, and the tree that it is for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.store import Cache
from kiter.errors import environment
from kiter.flow.program import content
from kiter.kernel import sources
from kiter.patches.after import Reader
from kiter.patches.mails import Mail, mails

STDIN = "-"


def series(patch: str) -> tuple[str, list[Mail]]:
    """The mails of a file, or of what comes in, with a name for it; raises KiterError S01."""
    if patch == STDIN:
        return "stdin", mails(sys.stdin.buffer.read().decode("utf-8", "replace"))
    try:
        return patch, mails(Path(patch).read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise environment("S01", f"cannot be read: {error.strerror}", file=patch) from None


def commits(tree: str, asked: str) -> list[Mail]:
    """The commits of a range as mails; raises KiterError S01."""
    git = tools.require("git").path
    done = tools.run([git, "-C", tree, "format-patch", "--stdout", "--no-signature", asked])
    if done.status:
        raise environment("S01", f"git says {_first(done.stderr)}", file=asked)
    return mails(done.stdout)


def staged(tree: str) -> list[Mail]:
    """What the next commit would change, as one mail; raises KiterError S01."""
    git = tools.require("git").path
    done = tools.run([git, "-C", tree, "diff-index", "-p", "--cached", "HEAD"])
    if done.status:
        raise environment("S01", f"git says {_first(done.stderr)}", file=tree)
    return mails(done.stdout)


def _first(said: str) -> str:
    """The first line of what a program says."""
    return said.strip().partition("\n")[0] or "nothing"


def folder(tree: str) -> Reader:
    """Reads the files of a folder."""
    return lambda path: content(str(Path(tree, path))) or None


def committed(tree: str, commit: str) -> Reader:
    """Reads files as they are in a commit."""
    git = tools.require("git").path

    def read(path: str) -> str | None:
        done = tools.run([git, "-C", tree, "show", f"{commit}:{path}"])
        return done.stdout if done.status == 0 else None

    return read


def kernel(release: str, changed: Sequence[str]) -> Reader:
    """Reads the sources of a kernel: those that a series changes, and what is beside them."""
    archive = sources.archive(release)
    parts = {"Makefile", "kernel/bpf", *(str(Path(path).parent) for path in changed if "/" in path)}
    found = sources.unpacked(archive, sorted(parts), Cache()) if archive else None
    if found is None:
        raise environment(
            "S01",
            f"no sources of Linux {release}",
            hint=f"get them by 'kiter kernels fetch {release}', or name a tree with --tree",
        )
    return folder(str(found))
