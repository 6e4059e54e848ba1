# SPDX-License-Identifier: GPL-2.0-only
"""docs/spec.md: the spec language, from the schema and the specs that come with kiter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from kiter import resources
from kiter.spec.check import spec_schema
from kiter.spec.document import Document, Trail
from tools.pages.sources import cell, specs, tried

Schema = Mapping[str, Any]

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from gen/kiter/spec/schema.json and specs/. -->
# The spec language

A spec is one YAML file for one iterator. What is not listed here does not exist; `kiter lint` says
so, with the line. Beyond these tables a spec must keep the [rules](rules.md).

Snippets of C name arguments, cursors and fields of the state bare: `pos->parent`, not
`kit->pos->parent`. Two things need quotes in YAML: text that begins with `&`, `@` or `"`, and C in
braces `{...}` that contains a comma.
"""

WHOLE = "A spec"


def page() -> str:
    """The reference of the spec language."""
    named = "the specs that come with kiter"
    return f"{HEAD}\n{Reference(spec_schema(), WHOLE, specs(), named, tried()).tables()}"


@dataclass(frozen=True)
class Reference:
    """The tables of a schema, each with the shortest use of it in some documents."""

    schema: Schema
    # what the schema as a whole is of
    whole: str
    documents: tuple[Document, ...]
    # what the documents are called
    called: str
    # where an example stands of what none of them uses
    further: tuple[Document, ...] = ()

    def tables(self) -> str:
        """The kinds of value, and a section for every mapping with keys of its own."""
        blocks = ["## Kinds of value\n", self._kinds()]
        for title, schema in self._sections():
            blocks += [f"## {title}\n", *self._section(title, schema)]
        return "\n".join(blocks)

    def _defs(self) -> Mapping[str, Schema]:
        found: Mapping[str, Schema] = self.schema["$defs"]
        return found

    def _resolved(self, schema: Schema) -> Schema:
        """The schema that a $ref stands for, with what is said beside the $ref."""
        if "$ref" not in schema:
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**self._resolved(self._defs()[_name(schema)]), **beside}

    def _is_section(self, schema: Schema) -> bool:
        return "properties" in self._resolved(schema)

    def _sections(self) -> Iterator[tuple[str, Schema]]:
        """Every mapping with keys of its own, once, in the order of its first mention."""
        seen: dict[str, Schema] = {self.whole: self.schema}
        waiting = list(seen)
        while waiting:
            title = waiting.pop(0)
            yield title, seen[title]
            for inner, schema in self._below(seen[title]):
                if inner not in seen:
                    seen[inner] = schema
                    waiting.append(inner)

    def _below(self, schema: Schema) -> Iterator[tuple[str, Schema]]:
        """The mappings that a mapping's keys lead to, with their titles."""
        for key, value in schema["properties"].items():
            for inner in (value, *self._members(value)):
                if self._is_section(inner):
                    yield self._title(inner, key), self._resolved(inner)

    def _title(self, schema: Schema, key: str) -> str:
        """What the section of a schema is called: its name, or the key that leads to it."""
        return _name(schema) if "$ref" in schema else key

    def _members(self, schema: Schema) -> Iterator[Schema]:
        """What a list or a mapping of names holds, down to what has a section of its own."""
        resolved = self._resolved(schema)
        for key in ("items", "additionalProperties"):
            if isinstance(inner := resolved.get(key), dict):
                yield inner
                yield from () if "$ref" in inner and self._is_section(inner) else self._members(inner)

    def _section(self, title: str, schema: Schema) -> Iterator[str]:
        if "description" in schema:
            yield f"{schema['description']}\n"
        yield "| key | value | needed | meaning |"
        yield "|---|---|---|---|"
        required = schema.get("required", ())
        for key, value in schema["properties"].items():
            needed = "yes" if key in required else ""
            meaning = self._resolved(value).get("description", "")
            yield f"| `{key}` | {self._value(value, key)} | {needed} | {cell(meaning)} |"
        yield ""
        yield from _together(schema)
        yield from self._example(title)

    def _value(self, schema: Schema, key: str = "") -> str:
        """What may stand at a key, in a few words."""
        if "$ref" in schema:
            return self._named(_name(schema), key)
        if "enum" in schema:
            return " or ".join(f"`{value}`" for value in schema["enum"])
        if "properties" in schema:
            return f"[{key}](#{key})"
        if "x-says" in schema:
            return _says(schema)
        return self._typed(schema, key)

    def _named(self, name: str, key: str) -> str:
        """A kind of value that has a name: a section, a row of the first table, or what that refers to."""
        schema = self._defs()[name]
        if "properties" in schema:
            return f"[{name}](#{name})"
        if name in self._simple():
            return f"[{name}](#kinds-of-value)"
        return self._value(schema, key)

    def _typed(self, schema: Schema, key: str) -> str:
        kind = schema.get("type")
        if kind == "array":
            count = "two of" if schema.get("maxItems") == 2 else "list of"
            return f"{count}: {self._value(schema['items'], key)}"
        if kind == "object":
            return f"names, each with {_article(self._value(schema['additionalProperties'], key))}"
        if kind == "integer":
            return _numbers(schema)
        return "true or false" if kind == "boolean" else "text"

    def _simple(self) -> tuple[str, ...]:
        """The kinds of value that several keys share."""
        used = re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(self.schema))
        shared = {name for name in used if used.count(name) > 1}
        plain = {
            name for name, schema in self._defs().items() if schema.get("type") not in ("object", "array")
        }
        return tuple(
            name for name in self._defs() if name in shared & plain and "$ref" not in self._defs()[name]
        )

    def _kinds(self) -> str:
        rows = ["| kind | value |", "|---|---|"]
        for name in self._simple():
            schema = self._defs()[name]
            said = [_says(schema)] if "x-says" in schema else []
            said += [self._value(schema)] if "enum" in schema else []
            said += [cell(schema["description"])] if "description" in schema else []
            rows.append(f"| {name} | {'. '.join(said)} |")
        return "\n".join(rows) + "\n"

    def _example(self, title: str) -> Iterator[str]:
        """The shortest use of a section in the specs that come with kiter."""
        if title == self.whole:
            return
        found = self._found(title, self.documents) or self._found(title, self.further)
        if not found:
            yield f"None of {self.called} uses this.\n"
            return
        _, name, text = min(found)
        yield f"From [{name}](../{name}):\n\n```yaml\n{text}\n```\n"

    def _found(self, title: str, documents: tuple[Document, ...]) -> list[tuple[int, str, str]]:
        """Each use of a section: its length, where it stands, and its text."""
        return [
            (len(text), _shown_name(document), text)
            for document in documents
            for used, path in self._used(self.schema, self.whole, document.data, (), ())
            if used == title and (text := _text(document, path))
        ]

    def _used(
        self, schema: Schema, title: str, value: object, path: Trail, key: Trail
    ) -> Iterator[tuple[str, Trail]]:
        """The sections that the value at a path holds, itself included, each with the path of its key.

        What a list or a mapping of names holds is shown as a whole, below the key that gives it.
        """
        resolved = self._resolved(schema)
        if isinstance(value, dict) and "properties" in resolved:
            if value:
                yield title, key
            for name, inner in value.items():
                below, there = resolved["properties"][name], (*path, name)
                yield from self._used(below, self._title(below, name), inner, there, there)
        elif isinstance(value, dict | list):
            member = resolved["items" if isinstance(value, list) else "additionalProperties"]
            for name, inner in enumerate(value) if isinstance(value, list) else value.items():
                yield from self._used(member, self._title(member, title), inner, (*path, name), key)


def _together(schema: Schema) -> Iterator[str]:
    """Which keys need others, and which exclude each other, each with why."""
    rows = [
        f"- `{key}` needs {' and '.join(f'`{other}`' for other in others)} beside it."
        for key, others in schema.get("dependentRequired", {}).items()
    ]
    if "anyOf" in schema:
        keys = (f"`{key}`" for one in schema["anyOf"] for key in one["required"])
        rows.append(f"- One of {' and '.join(keys)} is needed.")
    apart: dict[str, list[str]] = {}
    for rule in schema.get("allOf", ()):
        apart.setdefault(rule["description"], []).append(
            " or ".join(f"`{key}`" for key in rule["not"]["required"])
        )
    rows += [f"- Either {', '.join(pairs)}: {why}" for why, pairs in apart.items()]
    if rows:
        yield "\n".join(rows) + "\n"


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1]


def _numbers(schema: Schema) -> str:
    if "minimum" not in schema:
        return "a number"
    most = f"to {schema['maximum']}" if "maximum" in schema else "or more"
    return f"{schema['minimum']} {most}"


def _article(text: str) -> str:
    return f"an {text}" if text.lstrip("[`")[0] in "aeiou" else f"a {text}"


def _says(schema: Schema) -> str:
    return cell(str(schema["x-says"]).removeprefix("must be ").removeprefix("must hold "))


def _shown_name(document: Document) -> str:
    """The path of a spec, seen from the project's folder."""
    root = resources.specs().resolve().parent
    return Path(document.name).resolve().relative_to(root).as_posix()


def _text(document: Document, path: Trail) -> str:
    """A key of a spec with its value, as they stand there."""
    start, end = document.keys[path], document.values[path]
    lines = list(document.lines[start.line : end.end_line + 1])
    # a value in lines of its own ends where the next key begins
    lines[-1] = lines[-1][: end.end_column]
    lines[0] = " " * start.column + lines[0][start.column :]
    return dedent("\n".join(lines)).rstrip()
