# SPDX-License-Identifier: GPL-2.0-only
"""docs/spec.md: the spec language, from the schema and the specs that come with kiter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from kiter import resources
from kiter.spec.check import spec_schema
from kiter.spec.document import Document, Trail
from tools.pages.sources import cell, specs

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
    blocks = [HEAD, "## Kinds of value\n", _kinds()]
    for title, schema in _sections():
        blocks += [f"## {title}\n", *_section(title, schema)]
    return "\n".join(blocks)


def _defs() -> Mapping[str, Schema]:
    found: Mapping[str, Schema] = spec_schema()["$defs"]
    return found


def _resolved(schema: Schema) -> Schema:
    """The schema that a $ref stands for, with what is said beside the $ref."""
    if "$ref" not in schema:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_resolved(_defs()[_name(schema)]), **beside}


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1]


def _is_section(schema: Schema) -> bool:
    return "properties" in _resolved(schema)


def _sections() -> Iterator[tuple[str, Schema]]:
    """Every mapping with keys of its own, once, in the order of its first mention."""
    seen: dict[str, Schema] = {WHOLE: spec_schema()}
    waiting = list(seen)
    while waiting:
        title = waiting.pop(0)
        yield title, seen[title]
        for inner, schema in _below(seen[title]):
            if inner not in seen:
                seen[inner] = schema
                waiting.append(inner)


def _below(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The mappings that a mapping's keys lead to, with their titles."""
    for key, value in schema["properties"].items():
        for inner in (value, *_members(value)):
            if _is_section(inner):
                yield _title(inner, key), _resolved(inner)


def _title(schema: Schema, key: str) -> str:
    """What the section of a schema is called: its name, or the key that leads to it."""
    return _name(schema) if "$ref" in schema else key


def _members(schema: Schema) -> Iterator[Schema]:
    """What a list or a mapping of names holds, however deep."""
    resolved = _resolved(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(inner := resolved.get(key), dict):
            yield inner
            yield from _members(inner)


def _section(title: str, schema: Schema) -> Iterator[str]:
    if "description" in schema:
        yield f"{schema['description']}\n"
    yield "| key | value | needed | meaning |"
    yield "|---|---|---|---|"
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        needed = "yes" if key in required else ""
        meaning = _resolved(value).get("description", "")
        yield f"| `{key}` | {_value(value, key)} | {needed} | {cell(meaning)} |"
    yield ""
    yield from _example(title)


def _value(schema: Schema, key: str = "") -> str:
    """What may stand at a key, in a few words."""
    if "$ref" in schema:
        return _named(_name(schema), key)
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "properties" in schema:
        return f"[{key}](#{key})"
    if "x-says" in schema:
        return _says(schema)
    return _typed(schema, key)


def _named(name: str, key: str) -> str:
    """A kind of value that has a name: a section, a row of the first table, or what that refers to."""
    schema = _defs()[name]
    if "properties" in schema:
        return f"[{name}](#{name})"
    if name in _simple():
        return f"[{name}](#kinds-of-value)"
    return _value(schema, key)


def _typed(schema: Schema, key: str) -> str:
    kind = schema.get("type")
    if kind == "array":
        count = "two of" if schema.get("maxItems") == 2 else "list of"
        return f"{count}: {_value(schema['items'], key)}"
    if kind == "object":
        return f"names, each with {_article(_value(schema['additionalProperties'], key))}"
    if kind == "integer":
        return _numbers(schema)
    return "true or false" if kind == "boolean" else "text"


def _numbers(schema: Schema) -> str:
    if "minimum" not in schema:
        return "a number"
    most = f"to {schema['maximum']}" if "maximum" in schema else "or more"
    return f"{schema['minimum']} {most}"


def _article(text: str) -> str:
    return f"an {text}" if text.lstrip("[`")[0] in "aeiou" else f"a {text}"


def _says(schema: Schema) -> str:
    return cell(str(schema["x-says"]).removeprefix("must be ").removeprefix("must hold "))


@cache
def _simple() -> tuple[str, ...]:
    """The kinds of value that several keys share."""
    used = re.findall(r'"\$ref": "#/\$defs/(\w+)"', resources.schema().read_text("utf-8"))
    shared = {name for name in used if used.count(name) > 1}
    plain = {name for name, schema in _defs().items() if schema.get("type") not in ("object", "array")}
    return tuple(name for name in _defs() if name in shared & plain and "$ref" not in _defs()[name])


def _kinds() -> str:
    rows = ["| kind | value |", "|---|---|"]
    for name in _simple():
        schema = _defs()[name]
        said = [_says(schema)] if "x-says" in schema else []
        said += [_value(schema)] if "enum" in schema else []
        said += [cell(schema["description"])] if "description" in schema else []
        rows.append(f"| {name} | {'. '.join(said)} |")
    return "\n".join(rows) + "\n"


def _example(title: str) -> Iterator[str]:
    """The shortest use of a section in the specs that come with kiter."""
    if title == WHOLE:
        return
    found = [
        (len(text), _shown_name(document), text)
        for document in specs()
        for used, path in _used(spec_schema(), WHOLE, document.data, (), ())
        if used == title and (text := _text(document, path))
    ]
    if not found:
        yield "None of the specs that come with kiter uses this.\n"
        return
    _, name, text = min(found)
    yield f"From [{name}](../{name}):\n\n```yaml\n{text}\n```\n"


def _used(schema: Schema, title: str, value: object, path: Trail, key: Trail) -> Iterator[tuple[str, Trail]]:
    """The sections that the value at a path holds, itself included, each with the path of its key.

    What a list or a mapping of names holds is shown as a whole, below the key that gives it.
    """
    resolved = _resolved(schema)
    if isinstance(value, dict) and "properties" in resolved:
        if value:
            yield title, key
        for name, inner in value.items():
            below, there = resolved["properties"][name], (*path, name)
            yield from _used(below, _title(below, name), inner, there, there)
    elif isinstance(value, dict | list):
        member = resolved["items" if isinstance(value, list) else "additionalProperties"]
        for name, inner in enumerate(value) if isinstance(value, list) else value.items():
            yield from _used(member, _title(member, title), inner, (*path, name), key)


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
