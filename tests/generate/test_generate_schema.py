# SPDX-License-Identifier: GPL-2.0-only
"""The schema and the model agree: no key that is only allowed, none that is only read."""

from __future__ import annotations

import ast
import contextlib
import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from generate_support import LATER, ROOT, SMALL, TODAY

from kiter.generate import generate
from kiter.series import messages
from kiter.spec.check import check, spec_schema
from kiter.spec.document import Document
from kiter.spec.load import load
from kiter.spec.model import Spec
from kiter.spec.node import Node
from kiter.spec.resolve import resolve
from kiter.spec.snippet import Snippet
from kiter.target.profile import Profile

SPECS = (*sorted(SMALL.glob("*.yaml")), *sorted((ROOT / "specs").rglob("*.yaml")))
SCHEMA = spec_schema()
TARGETS = (TODAY, LATER)
LINTED = {"raw.reads", "raw.writes"}  # what the linter alone holds a spec to
Trail = tuple[str | int, ...]


def definition(schema, name: str):
    """What a schema means, and the name of its definition if it has one."""
    if "$ref" in schema:
        found = schema["$ref"].removeprefix("#/$defs/")
        return SCHEMA["$defs"][found], found
    return schema, name


def declared(schema=SCHEMA, name: str = "") -> Iterator[str]:
    """Every key that the schema allows, as definition.key."""
    schema, name = definition(schema, name)
    for key, below in schema.get("properties", {}).items():
        yield f"{name}.{key}"
        if "$ref" not in below:
            yield from declared(below, f"{name}.{key}")
    for below in (schema.get("additionalProperties"), schema.get("items")):
        if isinstance(below, dict) and "$ref" not in below:
            yield from declared(below, name)


def every_key() -> set[str]:
    return {*declared(), *(key for name in SCHEMA["$defs"] for key in declared(SCHEMA["$defs"][name], name))}


def used(value: object, schema=SCHEMA, name: str = "", trail: Trail = ()) -> Iterator[tuple[str, Trail]]:
    """Every key that a spec gives: its name in the schema and where it is."""
    schema, name = definition(schema, name)
    if isinstance(value, dict):
        for key, item in value.items():
            known = schema.get("properties", {}).get(key)
            if known is not None:
                yield f"{name}.{key}", (*trail, key)
            below = known if known is not None else schema.get("additionalProperties", {})
            yield from used(item, below, f"{name}.{key}" if known is not None else name, (*trail, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from used(item, schema.get("items", {}), name, (*trail, index))


@cache
def documents() -> tuple[Document, ...]:
    return tuple(load(path) for path in SPECS)


def model(value: object) -> object:
    """The model without the places where things stand."""
    if isinstance(value, Snippet):
        return value.text
    if isinstance(value, Node):
        return None
    if is_dataclass(value):
        return {field.name: model(getattr(value, field.name)) for field in fields(value)}
    return [model(item) for item in value] if isinstance(value, tuple | list) else value


def changes(value: object) -> Iterator[object]:
    """Other values of the same type."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield value + "0"
        case []:
            yield ["other"]
        case list():
            yield [*value, value[-1]]
            yield from ([*value[:-1], other] for other in changes(value[-1]))
        case dict():
            yield dict(list(value.items())[:-1])
            yield from ({**value, key: other} for key, item in value.items() for other in changes(item))


def built(document: Document) -> tuple[Spec, ...]:
    """The model for a kernel of today and a later one: some keys speak of later ones only."""
    return tuple(resolve(document, target.number) for target in TARGETS)


def variants(document: Document, trail: Trail) -> Iterator[tuple[Spec, ...]]:
    """What the model makes of the document with another value at a place, or with none."""

    def altered(change) -> Document:
        data = copy.deepcopy(document.data)
        below = data
        for step in trail[:-1]:
            below = below[step]
        change(below, trail[-1])
        return replace(document, data=data)

    def put(new):
        return lambda below, key: below.__setitem__(key, new)

    for new in changes(document.value(trail)):
        with contextlib.suppress(
            LookupError, ValueError, RuntimeError
        ):  # too far from what the schema allows
            yield built(altered(put(new)))
    removed = altered(lambda below, key: below.pop(key))
    if not check(removed, SCHEMA):
        yield built(removed)


def outputs(its: tuple[Spec, ...]) -> object:
    """What is emitted for each kernel."""
    return [emitted(it, target) for it, target in zip(its, TARGETS, strict=True)]


def known(it: Spec) -> messages.Known:
    """The kernel has another one over the same element."""
    return messages.Known({it.name: (("other", "kernel/bpf/other.c"),)})


def emitted(it: Spec, target: Profile) -> object:
    """Everything that is emitted; a spec that the linter would refuse may well end in an exception,
    which shows too that the key was read.
    """
    try:
        made = generate(it, target)
        material = made.material
    except Exception as error:
        return type(error)
    return made.outputs, material, made.guard, made.inside, messages.every(it, target, made, known(it))


def places(key: str) -> list[tuple[Document, Trail]]:
    return [(doc, trail) for doc in documents() for name, trail in used(doc.data) if name == key]


def test_small_specs_use_every_key():
    assert every_key() - {name for doc in documents() for name, _ in used(doc.data)} == set()


@pytest.mark.parametrize("key", sorted(every_key()))
def test_every_key_changes_the_model_and_the_outputs(key):
    found = places(key)
    assert any(
        model(it) != model(built(doc)) or it[0].docs != built(doc)[0].docs
        for doc, trail in found
        for it in variants(doc, trail)
    ), "the model does not read it"
    if key in LINTED:
        return
    assert any(outputs(it) != outputs(built(doc)) for doc, trail in found for it in variants(doc, trail)), (
        "nothing that is emitted depends on it"
    )


READERS = {"get", "text", "under", "_entries", "_present", "_text", "_on"}


def read_by_the_model() -> set[str]:
    """The keys that the model's source asks for: node["key"], .get("key") and the like."""
    found: set[str] = set()
    for path in sorted((ROOT / "gen/kiter/spec").glob("*.py")):
        if path.stem in {
            "check",
            "compose",
            "document",
            "load",
            "older",
            "relay",
            "syntax",
            "validator",
            "wording",
        }:
            continue  # what comes before the model
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript):
                asked = [node.slice]
            elif isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                asked = node.args if name in READERS else []
            else:
                continue
            found |= {
                part.value for part in asked if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    return found


def test_the_model_reads_no_other_key():
    keys = {key.rpartition(".")[2] for key in every_key()}
    read = read_by_the_model()
    assert len(read) > 20
    assert read - keys - {"pos", "void", "", "-"} == set()  # defaults stand beside the keys


def test_the_schema_is_closed():
    """A key that is misspelt is told, everywhere."""

    def objects(schema, where: str) -> Iterator[str]:
        if isinstance(schema, dict):
            if (
                "properties" in schema
                and schema.get("type") == "object"
                and "additionalProperties" not in schema
            ):
                yield where
            for key, below in schema.items():
                yield from objects(below, f"{where}/{key}")

    assert list(objects(SCHEMA, "")) == []


def test_the_schema_is_where_the_modelines_say():
    for path in (ROOT / "specs").rglob("*.yaml"):
        line = path.read_text(encoding="utf-8").splitlines()[0]
        target = Path(path.parent / line.partition("$schema=")[2])
        assert target.resolve() == (ROOT / "gen/kiter/spec/schema.json").resolve(), path
