# SPDX-License-Identifier: GPL-2.0-only
"""The versions of a series that were made in a clone: each is kept as a commit below refs/kiter/.

The commit's tree has the specs, its parents are the last patch and the base, its message is the changelog.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiter.errors import FINDINGS
from kiter.series.codes import refused
from kiter.series.git import Git
from kiter.value_class import value_class


@value_class
class Version:
    """One version: `base` and `head` are commits, `specs` texts by the names of their iterators."""

    base: str
    head: str
    changelog: str
    specs: Mapping[str, str]


def ref(series: str, version: int) -> str:
    """Where a version is kept."""
    return f"refs/kiter/{series}/v{version}"


def known(git: Git, series: str, version: int) -> Version | None:
    """A version that was made here; None if it was not."""
    name = ref(series, version)
    head, base = (git.line("rev-parse", "--verify", "--quiet", f"{name}^{parent}") for parent in (1, 2))
    if not (head and base):
        return None
    changelog = git.run("log", "-1", "--format=%B", name).strip("\n")
    listed = git.run("ls-tree", "-z", "--name-only", name).split("\0")
    specs = {
        path.removesuffix(".yaml"): git.run("cat-file", "blob", f"{name}:{path}") for path in listed if path
    }
    return Version(base, head, changelog, specs)


def before(git: Git, series: str, version: int) -> Version | None:
    """The version before this one, None for a first; raises KiterError M07 if it is not known."""
    if version == 1:
        return None
    found = known(git, series, version - 1)
    if found is None:
        raise refused("M07", str(git.path), f"there is no v{version - 1} of {series} in this clone", FINDINGS)
    return found


def refuse_foreign(git: Git, branch: str, series: str, version: int) -> None:
    """Raise KiterError M05 if the branch is there and not just as kiter left it."""
    if git.ask("check-ref-format", "--branch", branch).status:
        raise refused("M05", branch, f"'{branch}' is no name for a branch")
    head = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    if not head:
        return
    mine = known(git, series, version)
    if mine is None or mine.head != head:
        raise refused("M05", str(git.path), f"there is a branch {branch} that kiter did not make", FINDINGS)
    if f"branch refs/heads/{branch}" in git.run("worktree", "list", "--porcelain").splitlines():
        raise refused("M05", str(git.path), f"the branch {branch} is checked out", FINDINGS)
