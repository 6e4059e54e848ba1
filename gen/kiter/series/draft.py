# SPDX-License-Identifier: GPL-2.0-only
"""A repository of our own that borrows the user's objects: commits are made, mailed and tried there.

Nothing reaches the user's repository before all is done; then one atomic fetch brings branch and record.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kiter.series.git import Git
from kiter.series.repository import Person, Repository
from kiter.value_class import value_class

# Whatever the user's git is set to, these commits and mails are made in one way.
_APART = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@value_class
class Change:
    """One commit to be: its message, and the files that it writes."""

    message: str
    texts: Mapping[str, str]


@value_class
class Record:
    """What is kept of a version, on a commit: its files, and its message."""

    ref: str
    changelog: str
    specs: Mapping[str, str]


@value_class
class Draft:
    """The series as commits in a repository of our own; `commits` are kiter's own, oldest first."""

    git: Git
    branch: str
    base: str
    commits: tuple[str, ...]


@contextlib.contextmanager
def drafted(
    repository: Repository, branch: str, changes: Sequence[Change], record: Record
) -> Iterator[Draft]:
    """The commits on a branch, and the record of them, while the block lasts. Raises KiterError M09."""
    with tempfile.TemporaryDirectory(prefix="kiter-series-") as folder:
        git = _made(repository, Path(folder) / "draft.git")
        modes = _modes(repository, {path for change in changes for path in change.texts})
        git.run("fast-import", "--quiet", text=_stream(repository, branch, changes, record, modes))
        listed = git.run("rev-list", "--reverse", f"{repository.head}..{_full(branch)}").split()
        yield Draft(git, branch, repository.base, tuple(listed))


def _full(branch: str) -> str:
    return f"refs/heads/{branch}"


def _made(repository: Repository, path: Path) -> Git:
    env = {**_APART, **repository.person.environment}
    form = repository.git.line("rev-parse", "--show-object-format") or "sha1"
    Git(path.parent, env).run("init", "--quiet", "--bare", f"--object-format={form}", str(path))
    borrowed = repository.git.run("rev-parse", "--path-format=absolute", "--git-path", "objects").strip()
    (path / "objects/info/alternates").write_text(f"{borrowed}\n", encoding="utf-8")
    return Git(path, env)


def _modes(repository: Repository, paths: set[str]) -> Mapping[str, str]:
    """The modes of the files that are there."""
    listed = repository.git.run("ls-tree", "-z", repository.head, "--", *sorted(paths)).split("\0")
    return {entry.partition("\t")[2]: entry.split(" ")[0] for entry in listed if entry}


def _stream(
    repository: Repository, branch: str, changes: Sequence[Change], record: Record, modes: Mapping[str, str]
) -> str:
    """What git fast-import reads; text is counted in bytes."""
    parts: list[str] = []
    parent = repository.head
    for mark, change in enumerate(changes, 1):
        parts += [_commit(_full(branch), mark, repository.person, change.message), f"from {parent}\n"]
        parts += [_file(path, text, modes.get(path, "100644")) for path, text in change.texts.items()]
        parent = f":{mark}"
    parts += [_commit(record.ref, len(changes) + 1, repository.person, record.changelog), f"from {parent}\n"]
    parts += [f"merge {repository.base}\n", "deleteall\n"]
    parts += [_file(path, text, "100644") for path, text in record.specs.items()]
    return "".join(parts)


def _commit(ref: str, mark: int, person: Person, message: str) -> str:
    who = f"{person.address} {person.when}"
    return f"commit {ref}\nmark :{mark}\nauthor {who}\ncommitter {who}\n{_data(message)}"


def _file(path: str, text: str, mode: str) -> str:
    return f"M {mode} inline {path}\n{_data(text)}"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


# --- mails ---------------------------------------------------------------------------------------


@value_class
class Mailing:
    """How the mails are written."""

    prefix: str  # of the subjects
    version: int  # 1 for a first
    cover_letter: str  # its text
    to: tuple[str, ...]  # whom it is sent to
    cc: tuple[str, ...]  # who gets a copy
    previous: str  # a range of commits to compare with, "" for none


def mails(draft: Draft, mailing: Mailing) -> Mapping[str, str]:
    """The mails by the names of their files, the cover letter first; they are git format-patch's."""
    git = draft.git
    git.run("config", f"branch.{draft.branch}.description", mailing.cover_letter)
    words = [f"--subject-prefix={mailing.prefix}", f"--base={draft.base}", "--numbered"]
    words += ["--cover-letter", "--cover-from-description=subject", "--no-renames"]
    words += [f"-v{mailing.version}"] if mailing.version > 1 else []
    words += [f"--to={address}" for address in mailing.to] + [f"--cc={address}" for address in mailing.cc]
    words += [f"--range-diff={mailing.previous}", "--creation-factor=95"] if mailing.previous else []
    with tempfile.TemporaryDirectory(dir=git.path) as folder:
        git.run("format-patch", "--quiet", "-o", folder, *words, f"{draft.base}..{_full(draft.branch)}")
        files = sorted(Path(folder).iterdir())
        return {path.name: path.read_text(encoding="utf-8", errors="surrogateescape") for path in files}


def difference(draft: Draft) -> str:
    """The whole series as one patch."""
    return draft.git.run("diff", "--no-renames", draft.base, _full(draft.branch))


# --- trying them ---------------------------------------------------------------------------------


def applied(draft: Draft, mails: Sequence[str]) -> list[str]:
    """What git am says of each mail in turn, "" where it makes the tree of its commit.

    Only the files that the series touches are checked out. What comes behind a failure is not tried.
    """
    git, last = draft.git, _full(draft.branch)
    commits = git.run("rev-list", "--reverse", f"{draft.base}..{last}").split()
    paths = git.run("diff", "--name-only", "--no-renames", "-z", draft.base, last).split("\0")
    place = git.path.parent / "am"
    git.run("worktree", "add", "--quiet", "--no-checkout", "--detach", str(place), draft.base)
    tried = Git(place, git.env)
    tried.run("sparse-checkout", "set", "--no-cone", *(f"/{path}" for path in paths if path))
    tried.run("checkout", "--quiet")
    found: list[str] = []
    for mail, commit in zip(mails, commits, strict=True):
        found.append(_am(tried, mail, commit))
        if found[-1]:
            break
    return found


def _am(git: Git, mail: str, commit: str) -> str:
    said = git.ask("am", "--quiet", "--no-gpg-sign", text=mail)
    if said.status:
        lines = [line for line in (said.err + said.out).splitlines() if line.strip()]
        return next((line for line in lines if line.startswith("error:")), *lines[:1])
    if git.line("rev-parse", "HEAD^{tree}") != git.line("rev-parse", f"{commit}^{{tree}}"):
        return "it makes another tree than its commit has"
    return ""


def whitespace(draft: Draft, commit: str) -> tuple[str, ...]:
    """What git diff --check says of one commit, as file:line: message."""
    said = draft.git.ask("diff", "--check", f"{commit}^", commit)
    return tuple(line for line in said.out.splitlines() if line[:1] not in ("+", "-", " "))


# --- publishing ----------------------------------------------------------------------------------


def publish(draft: Draft, repository: Repository, record: Record, cover_letter: str) -> None:
    """Bring branch and record into the user's repository: both or neither. Raises KiterError M09."""
    words = ("--quiet", "--atomic", "--no-tags", "--no-write-fetch-head", "--no-auto-gc")
    refs = (f"+{name}:{name}" for name in (_full(draft.branch), record.ref))
    repository.git.run("fetch", *words, str(draft.git.path), *refs)
    repository.git.run("config", f"branch.{draft.branch}.description", cover_letter)
