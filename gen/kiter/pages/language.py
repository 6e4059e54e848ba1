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
from kiter.pages.sources import cell, specs
from kiter.spec.check import spec_schema
from kiter.spec.document import Document

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

# Sections that are named after what a key holds, with the key.
USED_AS = {
    "argument": "arguments",
    "case": "cases",
    "field": "state",
    "level": "nested",
    "pointer": "trusted",
}


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
                yield (_name(inner) if "$ref" in inner else key), _resolved(inner)


def _members(schema: Schema) -> Iterator[Schema]:
    """What a list or a mapping of names holds, however deep."""
    resolved = _resolved(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(inner := resolved.get(key), dict):
            yield inner
            yield from _members(inner)


def _section(title: str, schema: Schema) -> Iterator[str]:
    described = schema.get("description") or _resolved(_defs().get(USED_AS.get(title, ""), {})).get(
        "description"
    )
    if described:
        yield f"{described}\n"
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
        return f"names, each with {_article(_value(schema['additionalProperties']))}"
    if kind == "integer":
        return _numbers(schema)
    return "true or false" if kind == "boolean" else "text"


def _numbers(schema: Schema) -> str:
    if "minimum" not in schema:
        return "a number"
    most = f"to {schema['maximum']}" if "maximum" in schema else "or more"
    return f"{schema['minimum']} {most}"


def _article(text: str) -> str:
    return f"an {text}" if text[1:2] in "aeiou" else f"a {text}"


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
    """The shortest use of a key in the specs that come with kiter."""
    if title == WHOLE:
        return
    key = USED_AS.get(title, title)
    found = [(len(text), name, text) for document in specs() for name, text in _uses(document, key)]
    if not found:
        yield "None of the specs that come with kiter needs this.\n"
        return
    _, name, text = min(found)
    yield f"From [{name}](../{name}):\n\n```yaml\n{text}\n```\n"


def _uses(document: Document, key: str) -> Iterator[tuple[str, str]]:
    """Where a key stands in a spec, and its text from there to the end of its value."""
    root = resources.specs().resolve().parent
    name = Path(document.name).resolve().relative_to(root).as_posix()
    for path, start in document.keys.items():
        if path[-1] == key and document.value(path) and not isinstance(document.value(path), str):
            end = document.values[path]
            last = end.end_line + (end.end_column > 0)
            lines = list(document.lines[start.line : max(last, start.line + 1)])
            lines[0] = " " * start.column + lines[0][start.column :]
            if end.end_line == start.line:
                lines[0] = lines[0][: end.end_column]
            yield name, dedent("\n".join(lines)).rstrip()
