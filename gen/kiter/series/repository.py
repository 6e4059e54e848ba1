# SPDX-License-Identifier: GPL-2.0-only
"""The clone that a series is for: what must be so before anything is made, and the files of its commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from kiter.errors import FINDINGS, Diagnostic
from kiter.regex import regex
from kiter.series.codes import refused
from kiter.series.git import Git
from kiter.tree import record, worktree
from kiter.tree.codes import finding, refusal
from kiter.tree.worktree import WorkTree
from kiter.value_class import value_class

_IDENT = regex(r"^(?P<name>.*) <(?P<mail>.*)> (?P<when>\d+ [+-]\d{4})$")


@value_class
class Person:
    """Who makes the series, and when, as git writes it."""

    name: str
    mail: str
    when: str

    @property
    def address(self) -> str:
        """As in a header or a Signed-off-by line."""
        return f"{self.name} <{self.mail}>"

    @property
    def environment(self) -> Mapping[str, str]:
        """For a git that is to know nothing else of its user."""
        parts = {"NAME": self.name, "EMAIL": self.mail, "DATE": self.when}
        return {f"GIT_{who}_{what}": v for who in ("AUTHOR", "COMMITTER") for what, v in parts.items()}


@value_class
class Repository:
    """`base` is the commit that the series applies to, `head` the one that kiter's patches go on top of."""

    tree: WorkTree
    git: Git
    person: Person
    base: str
    head: str


def opened(path: Path, base: str = "") -> Repository:
    """The clone in that folder. Raises KiterError for whatever would make a series of it a doubtful one.

    `base` names a commit below HEAD: what lies between the two becomes the first patches of the series.
    """
    git = Git(path)
    if git.line("rev-parse", "--is-bare-repository") == "true":
        raise refused("M01", str(path), "the repository is bare: it has no files to start from")
    tree = worktree.open_tree(path)
    if tree.git is None:
        raise refused("M01", str(path), "the folder is not the top of a git repository")
    if git.line("rev-parse", "--is-shallow-repository") == "true":
        raise refused("M02", str(path))
    head = git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not head or not git.line("symbolic-ref", "--quiet", "HEAD"):
        raise refused("M03", str(path), "" if head else "the branch has no commit yet")
    _refuse_dirty(tree)
    return Repository(tree, git, _person(git), _base(git, base, head), head)


def _person(git: Git) -> Person:
    """Only what the user has said: a name that is made up from the machine is an error here."""
    found = _IDENT.match(git.line("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"))
    if found is None or not found["name"] or "@" not in found["mail"]:
        raise refused("M04", str(git.path))
    return Person(found["name"], found["mail"], found["when"])


def _base(git: Git, base: str, head: str) -> str:
    if not base:
        return head
    commit = git.line("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    if not commit:
        raise refused("M10", str(git.path), f"there is no commit {base}")
    if git.ask("merge-base", "--is-ancestor", commit, head).status:
        raise refused("M10", str(git.path))
    return commit


def _refuse_dirty(tree: WorkTree) -> None:
    """What is committed is what counts; what 'kiter apply' has put there is no work of the user's."""
    busy = tree.under_way()
    found = [finding("A02", str(tree.path), f"{busy} is under way")] if busy else []
    known = record.load(tree.record).changes
    for path in tree.changed():
        change = known.get(path)
        if change is None:
            found.append(finding("A02", str(tree.path / path), "changed and not committed"))
        elif tree.read(path) != change.after:
            found.append(_edited(tree, path, change.after))
    for path, change in known.items():  # new files, which git does not know
        now = tree.read(path)
        if change.before is None and now not in (None, change.after):
            found.append(_edited(tree, path, change.after))
    if found:
        raise refusal(dict.fromkeys(found), FINDINGS)


def _edited(tree: WorkTree, path: str, after: str) -> Diagnostic:
    lines, ours = (tree.read(path) or "").splitlines(), after.splitlines()
    row = next((r for r, line in enumerate(lines) if r >= len(ours) or line != ours[r]), 0)
    source = lines[row] if row < len(lines) else ""
    return finding("A05", str(tree.path / path), line=row + 1, source=source)


@value_class
class Committed(WorkTree):
    """The files of one commit, as a tree to put iterators into: nothing in it is under way or changed."""

    commit: str = ""
    clone: Git = field(default_factory=lambda: Git(Path()))
    known: dict[str, str | None] = field(default_factory=dict, compare=False)

    def read(self, path: str) -> str | None:
        """The text of a file in the commit, None if there is none."""
        if path not in self.known:
            said = self.clone.ask("cat-file", "blob", f"{self.commit}:{path}")
            self.known[path] = None if said.status else said.out
        return self.known[path]

    def changed(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def under_way(self) -> str:
        """Nothing."""
        return ""

    def leftovers(self, paths: object) -> tuple[str, ...]:
        """Nothing."""
        return ()


def committed(repository: Repository) -> Committed:
    """What is checked out, as it is committed."""
    tree = repository.tree
    nowhere = tree.record / "none"
    return Committed(tree.path, tree.version, nowhere, tree.git, repository.head, repository.git)
