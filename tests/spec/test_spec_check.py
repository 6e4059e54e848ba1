# SPDX-License-Identifier: GPL-2.0-only
"""Checking against the schema: what the files of tests/errors/schema/ cannot show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kiter.spec.check import check, spec_schema
from kiter.spec.compose import MOST_ERRORS
from kiter.spec.load import parse
from steps import growth

CLOSED = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"includes": {"type": "array", "uniqueItems": True}, "a": {"type": "string"}},
}


def test_the_schema_of_specs_is_a_schema():
    Draft202012Validator.check_schema(spec_schema())


def test_a_misspelt_key_is_not_missing_too():
    schema = {**CLOSED, "required": ["includes"]}
    (found,) = check(parse("inculdes: []\n", "f"), schema)
    assert found.code == "S20" and found.hint == "did you mean 'includes'?"


def test_an_unknown_key_names_those_that_are_known():
    (found,) = check(parse("qqq: 1\n", "f"), CLOSED)
    assert found.reason == "The keys here are includes and a."


def test_the_description_of_a_key_is_the_reason():
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/b", "description": "What a is."}}}
    schema["$defs"] = {"b": {"type": "string"}}
    (found,) = check(parse("a: 1\n", "f"), schema)
    assert (found.reason, found.hint) == ("What a is.", 'quote it: "1"')


def test_hints_for_yaml_1_1():
    schema = {"properties": {"a": {"type": "boolean"}, "b": {"type": "integer"}, "c": {"type": "integer"}}}
    found = check(parse("a: on\nb: 010\nc: '7'\n", "f"), schema)
    assert [d.hint for d in found] == [
        "write true or false",
        "write it without leading zeros, or in hexadecimal as 0x...",
        "remove the quotes",
    ]


def test_errors_are_sorted_and_not_repeated():
    schema = {"required": ["x", "x"], "properties": {"b": {"type": "string"}}}
    found = check(parse("a: 1\nb: 1\n", "f"), schema)
    assert [(d.at.line, d.code) for d in found] == [(1, "S21"), (2, "S22")]


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (lambda size: "{" + ",".join(f"a{n}: 1" for n in range(size)) + "}", MOST_ERRORS + 1),
        (lambda size: "includes: [" + ",".join("1,a" for _ in range(size)) + "]", MOST_ERRORS + 1),
        (lambda size: "b: 1\nincludes: [" + ",".join(f"{n},a{n}" for n in range(size)) + "]", 1),
    ],
    ids=["unknown keys", "equal items", "different items"],
)
def test_the_time_for_hostile_documents_grows_with_their_length(text, errors):
    documents = {size: parse(text(size), "f") for size in (500, 1000)}
    assert growth(lambda size: check(documents[size], CLOSED), 500) < 2.2
    found = check(documents[1000], CLOSED)
    assert len(found) == errors and found[-1].code == ("S29" if errors > MOST_ERRORS else "S20")


SCALARS = st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "a.h", "ring", "list", "6.1"])
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from("ab-"), v, max_size=3)
)
KEYS = [
    "name",
    "summary",
    "walk",
    "rcu",
    "room",
    "includes",
    "next",
    "arguments",
    "nmae",
]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_it_accepts_what_the_library_accepts(small_schema, data):
    found = check(parse(json.dumps(data), "f"), small_schema)
    assert (not found) == Draft202012Validator(small_schema).is_valid(data)
    assert found == sorted(set(found))


def test_a_key_is_not_taken_for_one_that_is_hardly_like_it():
    document = parse("arguments: {flags: {values: {A: {idnex: {}}}}}\n", "x.yaml")
    (found,) = (d for d in check(document, spec_schema()) if "'idnex'" in d.message)
    assert "kernels" in found.reason and "kernels" not in found.hint
