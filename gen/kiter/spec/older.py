# SPDX-License-Identifier: GPL-2.0-only
"""Keys of older specs, and how what they said is said today.

`kiter lint` names each with its new way, and `kiter lint --fix` writes it. The schema knows no older
key, so only a spec that breaks the schema is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from kiter.codes import CODES
from kiter.errors import Diagnostic
from kiter.spec.document import Document
from kiter.spec.node import Node
from kiter.spec.relay import Changes, Kept, Made, relaid, shown
from kiter.value_class import value_class

ANY = "*"
USUAL = ("type", "unsigned int")  # what flags are without being told
_RELEASE = re.compile(r"\d+\.\d+")


@value_class
class Older:
    """One key that was."""

    # The way to the mapping that holds it, ANY for whatever key or item.
    where: tuple[str, ...]
    # Its name.
    key: str
    # The entries of the mapping that change; None where the key is not an older one there.
    write: Callable[[Node], Changes | None]


def older(document: Document) -> Iterator[Diagnostic]:
    """Every older key of a document, with its edit where the layout allows one."""
    root, code = Node(document, (), document.data), CODES["S30"]
    for row in TABLE:
        for node in _at(root, row.where):
            if not isinstance(node.value, dict) or row.key not in node.value:
                continue
            if (changes := row.write(node)) is not None:
                at, message = node[row.key].key_at, f"'{row.key}' is written '{shown(changes)}' now"
                found = document.finding(at, "S30", message, code.reason, code.hint)
                yield replace(found, edit=relaid(node, changes))


def _at(node: Node, where: tuple[str, ...]) -> Iterator[Node]:
    """The values at the end of a way, as far as the document has it."""
    if not where:
        yield node
    elif isinstance(node.value, list) and where[0] == ANY:
        for item in node.each():
            yield from _at(item, where[1:])
    elif isinstance(node.value, dict):
        for key, item in node.items():
            if where[0] in (ANY, key):
                yield from _at(item, where[1:])


def _kernels(node: Node) -> Changes | None:
    """`since` and `until` as one range."""
    given = [key for key in ("since", "until") if key in node.value]
    if not all(_RELEASE.fullmatch(str(node.value[key])) for key in given):
        return None
    kernels = "-".join(node.text(key) for key in ("since", "until"))
    return {given[0]: (Made("kernels", kernels),)} | dict.fromkeys(given[1:], ())


def _values(root: Node) -> Changes | None:
    """The cases of a walk as values of the argument that selects them."""
    arguments, walk = root.get("arguments"), root["walk"]
    if not isinstance(walk.value, dict) or not {"select", "cases"} <= walk.value.keys() or arguments is None:
        return None
    name = walk.text("select")
    if not isinstance(arguments.value, dict) or not isinstance(arguments.value.get(name), dict):
        return None
    kept = [Kept(key, item) for key, item in arguments[name].items() if (key, item.value) != USUAL]
    values = Made("values", tuple(Kept(flag, item) for flag, item in walk["cases"].items()))
    flags = Made(name, (*kept, values))
    others = tuple(flags if key == name else Kept(key, item) for key, item in arguments.items())
    rest = tuple(Kept(key, item) for key, item in walk.items() if key not in {"select", "cases"})
    return {
        "arguments": (Made("arguments", others, arguments),),
        "walk": (Made("walk", rest, walk),) if rest else (),
    }


def _renamed(older: str, key: str) -> Callable[[Node], Changes | None]:
    """Another name for the same."""
    return lambda node: None if key in node.value else {older: (Kept(key, node[older]),)}


_VALUES = ("arguments", ANY, "values", ANY)
_VERSIONED = (
    (),
    ("walk", "cases", ANY),
    _VALUES,
    *((key, ANY) for key in ("arguments", "helpers", "companions")),
)

TABLE: tuple[Older, ...] = (
    *(
        Older(where, key, _kernels)
        for where in (*_VERSIONED, ("resources", ANY))
        for key in ("since", "until")
    ),
    Older((), "walk", _values),
    Older(("arguments", ANY), "combinations", _renamed("combinations", "values")),
)
