# SPDX-License-Identifier: GPL-2.0-only
"""Files to iterators: load, check, resolve for a kernel, lint; every error of a run at once."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Sequence
from pathlib import Path

from kiter import lint, manifest, resources
from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, FINDINGS, Diagnostic, KiterError, Position
from kiter.fixtures.known import is_fixture, library_of
from kiter.spec.check import check_spec
from kiter.spec.document import Document
from kiter.spec.load import load
from kiter.spec.model import Spec
from kiter.spec.resolve import resolve
from kiter.target.profile import Profile
from kiter.value_class import value_class

SPECS = Path("specs")
ENDINGS = (".yaml", ".yml")


@value_class
class Read:
    """Iterators that may be generated, and the advice that goes with them.

    `younger` are those that the target does not have yet, left out because nobody named them.
    """

    iterators: tuple[Spec, ...]
    warnings: tuple[Diagnostic, ...]
    younger: tuple[Spec, ...] = ()


def collect(given: Sequence[str]) -> tuple[Path, ...]:
    """The spec files that `given` names: files, and folders with all that is below them.

    Nothing given means specs/ here, or those that come with kiter. Raises KiterError for a folder
    without specs.
    """
    if "" in given:
        raise KiterError(Diagnostic(Position(""), "S01", "the name of a spec is empty"), status=ENVIRONMENT)
    if not given:
        given = (str(SPECS if SPECS.is_dir() else resources.specs()),)
    found = (path for name in given for path in _expand(Path(name)))
    return tuple(dict.fromkeys(Path(os.path.normpath(path)) for path in found))


def _expand(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return (path,)
    below = sorted(p for p in path.rglob("*") if p.suffix in ENDINGS and p.is_file() and not is_fixture(p))
    if not below:
        raise KiterError(
            Diagnostic(
                Position(str(path)),
                "S01",
                "there is no spec in this folder",
                reason="a folder stands for all .yaml files below it",
                hint="name a file, or write a first spec with 'kiter new NAME'",
            )
        )
    return below


Known = dict[Path, Document]
"""The documents that were read and checked already, by their files."""


def of(given: Sequence[str], profile: Profile, known: Known | None = None) -> Read:
    """What the user's words come to: a spec that is named must suit the target, one in a folder may not.

    Raises KiterError as collect() and read() do.
    """
    named = {Path(os.path.normpath(name)) for name in given}
    return read(collect(given), profile, named, known)


def of_all(given: Sequence[str], profiles: Sequence[Profile]) -> tuple[Read, ...]:
    """What the user's words come to for each of the kernels; raises KiterError with the errors of all.

    A spec that is named must suit the newest of them, and so must one spec at least.
    """
    paths = collect(given)
    newest = max(profile.number for profile in profiles)
    done: list[Read] = []
    errors: list[KiterError] = []
    known: Known = {}
    for profile in profiles:
        try:
            last = profile.number == newest
            found = of(given, profile, known) if last else read(paths, profile, (), known)
            done.append(read(paths, profile, None, known) if last and not found.iterators else found)
        except KiterError as error:
            errors.append(error)
    if errors:
        told = dict.fromkeys(d for error in errors for d in error.diagnostics)
        raise KiterError(*told, status=max(error.status for error in errors))
    return tuple(done)


def read(
    paths: Iterable[Path],
    profile: Profile,
    named: Container[Path] | None = None,
    known: Known | None = None,
) -> Read:
    """Everything that stands between files and generation; raises KiterError with all errors.

    A spec that is younger than the target is left out unless it is among the `named`, which are all
    by default. The status is that of the environment when a file could not even be read.
    """
    iterators: list[Spec] = []
    found: list[Diagnostic] = []
    status = FINDINGS
    younger: list[Spec] = []
    for path in paths:
        try:
            it = model(path, profile, known)
            left_out = it.younger and not (named is None or path in named)
            (younger if left_out else iterators).append(it)
        except KiterError as error:
            found += error.diagnostics
            status = max(status, error.status)
    for it in iterators:
        found += lint.lint(it, profile)
    found += lint.lint_cross_spec(iterators)
    if any(d.severity == "error" for d in found):
        raise KiterError(*found, status=status)
    return Read(tuple(iterators), tuple(sorted(found)), tuple(younger))


def model(path: Path, profile: Profile, known: Known | None = None) -> Spec:
    """One spec as it is for a kernel, before the linter; raises KiterError with its errors.

    A file among the `known` is not read again, and what is read becomes one of them.
    """
    known = {} if known is None else known
    if path not in known:
        known[path] = _checked(_spec(path))
    return _resolved(known[path], profile)


def _spec(path: Path) -> Document:
    if manifest.lists(path):
        code = CODES["S16"]
        raise KiterError(Diagnostic(Position(str(path)), "S16", code.title, code.reason, code.hint))
    return load(path)


def modelled(document: Document, profile: Profile) -> Spec:
    """The same of a spec that was read; raises KiterError with what the schema does not allow."""
    return _resolved(_checked(document), profile)


def _resolved(document: Document, profile: Profile) -> Spec:
    """The model; raises KiterError with what is wrong with the fixtures that it can have."""
    it = resolve(document, profile.number)
    library_of(it)
    return it


def _checked(document: Document) -> Document:
    if wrong := check_spec(document):
        raise KiterError(*wrong)
    return document
