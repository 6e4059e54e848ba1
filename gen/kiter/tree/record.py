# SPDX-License-Identifier: GPL-2.0-only
"""What was put into a tree: by it the same is known again, taken out, or found to be edited.

It stands in git's own folder, or in .kiter/ where there is no git: nothing marks generated code in the
sources. Beside the list, before/ and after/ hold each file as it was and as it was left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, field, fields
from pathlib import Path
from typing import Any

from kiter.fragment import Anchor, Fragment
from kiter.output import Kind, Output
from kiter.tree.codes import finding, refusal
from kiter.tree.worktree import files_below, read
from kiter.value_class import value_class

NAME = "applied.json"
BEFORE = "before"
AFTER = "after"


@value_class
class Applied:
    """One iterator as it was put in: its outputs, the headers it includes, and how."""

    iterator: str
    replace: bool
    includes: tuple[str, ...]
    outputs: tuple[Output, ...]


@value_class
class Change:
    """One file: its text before, None if there was none, and after."""

    before: str | None
    after: str


@value_class
class Record:
    """All iterators in the order in which they came, and all files that differ for them."""

    applied: Mapping[str, Applied] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)


def load(folder: Path) -> Record:
    """The record in that folder, an empty one if there is none; raises KiterError A08 for a broken one."""
    text = read(folder / NAME)
    if text is None:
        return Record()
    try:
        facts = json.loads(text)
        applied = {a["iterator"]: _applied(a) for a in facts["applied"]}
        changes = {path: _change(folder, path, new) for path, new in facts["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"the record is not what kiter wrote ({error})"
        raise refusal([finding("A08", str(folder / NAME), what)]) from error
    return Record(applied, changes)


def _applied(facts: Mapping[str, object]) -> Applied:
    outputs, includes = facts["outputs"], facts["includes"]
    assert isinstance(outputs, list) and isinstance(includes, list)
    return Applied(
        str(facts["iterator"]),
        bool(facts["replace"]),
        tuple(map(str, includes)),
        tuple(Output(Kind(o["kind"]), o["path"], tuple(map(_fragment, o["fragments"]))) for o in outputs),
    )


def _fragment(facts: Mapping[str, Any]) -> Fragment:
    """Each field must be there: a record of an older kiter lacks what a later one goes by."""
    known = {one.name: facts[one.name] for one in fields(Fragment)}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Fragment(**{**known, **lists, "anchor": Anchor(known["anchor"])})


def _change(folder: Path, path: str, new: bool) -> Change:
    after = read(folder / AFTER / path)
    before = None if new else read(folder / BEFORE / path)
    if after is None or (before is None and not new):
        raise ValueError(f"a copy of {path} is missing")
    return Change(before, after)


def files(record: Record, folder: Path) -> tuple[dict[Path, str], tuple[Path, ...]]:
    """What must be written and removed below `folder` for the record to stand there."""
    texts: dict[Path, str] = {}
    if record.applied:
        texts[folder / NAME] = _spelled(record)
    for path, change in record.changes.items():
        texts[folder / AFTER / path] = change.after
        if change.before is not None:
            texts[folder / BEFORE / path] = change.before
    kept = {path: text for path, text in texts.items() if read(path) != text}
    gone = tuple(path for path in files_below(folder) if path not in texts)
    return kept, gone


def _spelled(record: Record) -> str:
    facts = {
        "applied": [
            {
                "iterator": a.iterator,
                "replace": a.replace,
                "includes": list(a.includes),
                "outputs": [_spelled_output(output) for output in a.outputs],
            }
            for a in record.applied.values()
        ],
        "files": {path: change.before is None for path, change in record.changes.items()},
    }
    return json.dumps(facts, indent=1) + "\n"


def _spelled_output(output: Output) -> dict[str, object]:
    fragments = [{**asdict(one), "anchor": one.anchor.value} for one in output.fragments]
    return {"kind": output.kind.value, "path": output.path, "fragments": fragments}
