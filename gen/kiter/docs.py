# SPDX-License-Identifier: GPL-2.0-only
"""The reference pages, made from what the code itself goes by: `python -m kiter.docs [FOLDER]`.

docs/spec.md is made from the schema and the specs, docs/rules.md from the tables of codes,
docs/differences.md from the list of what differs from a kernel's iterators on purpose; what other
pages show of a spec, below a comment with its name, is that spec.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from kiter import resources
from kiter.codes import every_code
from kiter.frontend import collect
from kiter.lint import RULES
from kiter.pages import iterators
from kiter.spec.check import spec_schema
from kiter.spec.document import Document
from kiter.spec.load import load
from kiter.sync import known

Schema = Mapping[str, Any]

SPEC_HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from gen/kiter/spec/schema.json and specs/. -->
# The spec language

A spec is one YAML file for one iterator. What is not listed here does not exist; `kiter lint` says
so, with the line. Beyond these tables a spec must keep the [rules](rules.md).

Snippets of C name arguments, cursors and fields of the state bare: `pos->parent`, not
`kit->pos->parent`. Two things need quotes in YAML: text that begins with `&`, `@` or `"`, and C in
braces `{...}` that contains a comma.
"""

RULES_HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from the tables in gen/kiter. -->
# Rules and error codes

Every error has a code; `kiter explain CODE` prints what stands here. Rules marked *advice* are
warnings: they do not fail a build.
"""

DIFFERENCES_HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from gen/kiter/sync/known.toml. -->
# What differs from the kernel's own

To BPF programs the iterators that Linux has and those that kiter generates from specs/ are the
same: names, prototypes, argument suffixes, struct, flags of kfuncs, enumerators. `kiter sync`
compares them with a kernel's BTF, `kiter conform` tries what they do. Here is every difference
that is meant; the tests fail for one that is not here, and for one here that is no more.
"""

WHOLE = "A spec"

# Sections that are named after what a key holds, with the key.
USED_AS = {"argument": "arguments", "case": "cases", "field": "state", "level": "nested"}

FAMILIES = {
    "K": ("Rules: names, types and places", "What C, the registration of kfuncs and the verifier demand."),
    "W": ("Rules: the walk", "How a walk is put together."),
    "C": ("Rules: the contract", "What next() may use, what keeps it alive, and what a snippet may hold."),
    "V": ("Rules: kernel versions", "Kernels that a spec, or a part of it, is not for."),
    "T": ("Rules: the tests", "What the selftests need to know."),
    "L": ("Rules: advice", "Names and texts."),
    "S": ("Errors: the spec's text", "YAML, and what the schema knows."),
    "B": ("Errors: compiling", "What a compiler says about the emitted code."),
    "R": ("Errors: running", "What happens in the virtual machine."),
    "D": ("Errors: drift", "Where a kernel's iterators are not those of the specs."),
    "O": ("Errors: writing", "What is in the way of the output."),
    "E": ("Errors: the machine", "What kiter lacks to do its work; the exit code is 2."),
}


# --- docs/spec.md --------------------------------------------------------------------------------


def spec_page() -> str:
    """The reference of the spec language."""
    blocks = [SPEC_HEAD, "## Kinds of value\n", _kinds()]
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
        yield f"| `{key}` | {_value(value, key)} | {needed} | {_cell(meaning)} |"
    yield ""
    yield from _example(title)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


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
    return _cell(str(schema["x-says"]).removeprefix("must be ").removeprefix("must hold "))


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
        said += [_cell(schema["description"])] if "description" in schema else []
        rows.append(f"| {name} | {'. '.join(said)} |")
    return "\n".join(rows) + "\n"


def _example(title: str) -> Iterator[str]:
    """The shortest use of a key in the specs that come with kiter."""
    if title == WHOLE:
        return
    key = USED_AS.get(title, title)
    found = [(len(text), name, text) for document in _specs() for name, text in _uses(document, key)]
    if not found:
        yield "None of the specs that come with kiter needs this.\n"
        return
    _, name, text = min(found)
    yield f"From [{name}](../{name}):\n\n```yaml\n{text}\n```\n"


@cache
def _specs() -> tuple[Document, ...]:
    return tuple(load(path) for path in collect([str(resources.specs())]))


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


# --- docs/rules.md -------------------------------------------------------------------------------


def rules_page() -> str:
    """All codes with their stories."""
    known = every_code()
    blocks = [RULES_HEAD]
    families = list(dict.fromkeys(code[0] for code in known))
    for letter in sorted(families, key=lambda f: list(FAMILIES).index(f) if f in FAMILIES else len(FAMILIES)):
        title, about = FAMILIES.get(letter, (f"Codes {letter}", ""))
        blocks += [f"## {title}\n", *([f"{about}\n"] if about else [])]
        blocks += [_story(code, known[code]) for code in known if code[0] == letter]
    return "\n".join(blocks)


def _story(name: str, code: Any) -> str:  # noqa: ANN401 - each part of kiter has its own class of codes
    rule = RULES.get(name)
    advice = " (advice)" if rule and rule.severity == "warning" else ""
    reason = rule.reason if rule else code.reason
    lines = [f"### {name}: {_plain(code.title)}{advice}\n", f"{_sentence(_plain(reason))}\n"]
    if rule and rule.kernel:
        lines.append(f"Kernel: {_plain(rule.kernel)}\n")
    if code.hint:
        lines.append(f"Hint: {_plain(code.hint)}\n")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing of its own."""
    text = re.sub(r"([*<`|])", r"\\\1", text)
    return re.sub(r"\b_+|_+\b", lambda found: found.group().replace("_", "\\_"), text)


def _sentence(text: str) -> str:
    upper = text[:1] if re.match(r"\w+[(_]", text) else text[:1].upper()
    return upper + text[1:] + ("" if text.endswith((".", ")")) else ".")


# --- docs/differences.md ------------------------------------------------------------------------


def differences_page() -> str:
    """What differs from the kernel's own iterators on purpose, for those that there is a spec of."""
    specs = {str(document.data["iterator"]) for document in _specs()}
    blocks = [DIFFERENCES_HEAD]
    blocks += [f"## {name}\n\n{_differences(name)}" for name in sorted(specs) if _differences(name)]
    return "\n".join(blocks)


def _differences(name: str) -> str:
    seen = [
        (k.targets, f"`{k.aspect}`", _code(k.ours), _code(k.theirs), k.reason)
        for k in known.interfaces()
        if k.iterator == name
    ]
    lived = [
        (b.targets, b.rule, b.ours, b.theirs, b.reason) for b in known.behaviours() if b.iterator == name
    ]
    tables = (("what BTF shows", seen), ("what happens", lived))
    return "\n".join(_table(title, rows) for title, rows in tables if rows)


def _code(text: str) -> str:
    return f"`{text}`" if text else "none"


def _table(title: str, rows: Sequence[tuple[Sequence[str], str, str, str, str]]) -> str:
    lines = [f"| {title} | Linux | kiter | the kernel | why |", "|---|---|---|---|---|"]
    for targets, aspect, ours, theirs, reason in rows:
        cells = (aspect, ", ".join(targets), ours, theirs, reason)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


# --- writing -------------------------------------------------------------------------------------

PAGES = {
    "spec.md": spec_page,
    "rules.md": rules_page,
    "differences.md": differences_page,
    "iterators.md": iterators.page,
}


INCLUDED = re.compile(r"(<!-- (?P<name>specs/[\w/]+\.yaml) -->\n```yaml\n).*?(?=```)", re.DOTALL)


def refreshed(text: str) -> str:
    """A page written by hand, with every spec that it shows as it is now."""

    def shown(found: re.Match[str]) -> str:
        path = resources.specs() / found["name"].removeprefix("specs/")
        lines = path.read_text("utf-8").splitlines(keepends=True)
        return found[1] + "".join(line for line in lines if not line.startswith("#"))

    return INCLUDED.sub(shown, text)


def write(folder: Path, names: Iterable[str] = tuple(PAGES)) -> None:
    """Write the pages, and what others show of specs; one that has not changed is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {folder / name: PAGES[name]() for name in names}
    others = sorted(set(folder.glob("*.md")) - {folder / name for name in PAGES})
    texts |= {path: refreshed(path.read_text("utf-8")) for path in others}
    for path, text in texts.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(*sys.argv[1:2] or ["docs"]))
