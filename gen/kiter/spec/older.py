# SPDX-License-Identifier: GPL-2.0-only
"""Keys of older specs, and how what they said is said today.

`kiter lint` names each with its new way, and `kiter lint --fix` writes it. The schema knows no older
key, so only a spec that breaks the schema is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from kiter.codes import CODES
from kiter.errors import Diagnostic
from kiter.regex import regex
from kiter.spec.document import Document
from kiter.spec.node import Node
from kiter.spec.relay import Changes, Entry, Kept, Made, relaid, shown
from kiter.value_class import value_class

ANY = "*"
USUAL = ("type", "unsigned int")  # what flags are without being told
_RELEASE = regex(r"\d+\.\d+")


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
                now = shown(changes)
                message = f"'{row.key}' is written '{now}' now" if now else f"'{row.key}' says nothing now"
                found = document.finding(node[row.key].key_at, "S30", message, code.reason, code.hint)
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


def _text(node: Node, key: str) -> str:
    found = node.value.get(key)
    return found if isinstance(found, str) else ""


def _check(node: Node) -> Changes | None:
    """`refuse`, `errno` and `doc`."""
    errno, doc = _text(node, "errno"), _text(node, "doc")
    if not (errno and doc and "refuse" in node.value):
        return None
    return {"refuse": (Kept("when", node["refuse"]),), "errno": (_fails(errno, doc),), "doc": ()}


def _fails(errno: str, doc: str) -> Made:
    return Made("fails", (Made(errno, doc),))


def _start(node: Node) -> Changes | None:
    """The `errno` of a ring's start; the text is the one that went with it."""
    errno = _text(node, "errno")
    return {"errno": (_fails(errno, "the element to start at has left the ring"),)} if errno else None


def _case(node: Node) -> Changes:
    """The `errno` of a test case."""
    return {"errno": (Kept("fails", node["errno"]),)}


def _context(node: Node) -> Changes | None:
    """Where new() refuses, by the error now."""
    given = node.value["refuse"]
    if not isinstance(given, dict):
        return None
    errnos = {str(errno): where for where, errno in reversed(given.items())}
    errnos |= {str(given["irqs_off"]): "irqs_off"} if "irqs_off" in given else {}  # as in an NMI
    return {"refuse": (Made("fails", tuple(Made(*item) for item in errnos.items())),)}


def _element(node: Node) -> Changes | None:
    """What belongs to held elements, or to copies, below these."""
    lifetime = node.value.get("lifetime")
    moved = [key for key in node.value if key in ("get", "handover", "put", "last")]
    if lifetime not in ("held", "snapshot") or not moved:
        return None
    below = Made(lifetime, tuple(Kept(key, node[key]) for key in moved))
    return {"lifetime": (Made("lifetime", (below,)),)} | dict.fromkeys(moved, ())


def _resource(node: Node) -> Changes | None:
    """The `errno` and `doc` of what is looked up; the `doc` beside `fails` was never shown."""
    errno, doc = _text(node, "errno"), _text(node, "doc")
    if "count" in node.value:
        return None
    if isinstance(fails := node.value.get("fails"), dict):  # one alone was an ERR_PTR(), and is NULL now
        return {"doc": ()} if doc and len(fails) > 1 else None
    return {"errno": (_fails(errno, doc),), "doc": ()} if errno and doc else None


def _buffers(node: Node) -> Changes | None:
    """The resources that have a `count`, apart from the others."""
    given = node["resources"]
    if not isinstance(given.value, dict) or "buffers" in node.value:
        return None
    buffers = [key for key, value in given.value.items() if isinstance(value, dict) and "count" in value]
    others = tuple(Kept(key, item) for key, item in given.items() if key not in buffers)
    made = Made("buffers", tuple(Made(key, tuple(_buffer(given[key]))) for key in buffers))
    if not buffers:
        return None
    return {"resources": (Made("resources", others), made) if others else (made,)}


def _buffer(node: Node) -> Iterator[Entry]:
    """The type is that of an item, and what it fails with stands below that."""
    errno, doc = _text(node, "errno"), _text(node, "doc")
    for key, item in node.items():
        if key == "type":
            yield Made("type", _text(node, "type").removesuffix("*").rstrip())
        elif key == "errno":
            yield _fails(errno, doc)
        elif key != "doc":
            yield Kept(key, item)


def _counter(node: Node) -> Changes | None:
    """A range, or a repetition."""
    given = node.value["counter"]
    if not isinstance(given, dict):
        return None
    return {"counter": (Kept("range" if "from" in given else "repeat", node["counter"]),)}


def _fields(node: Node) -> Changes | None:
    """The fields of an element that is filled, below that."""
    given = node["lifetime"]
    if given.value == "filled":
        inner: tuple[Entry, ...] = ()
    elif isinstance(given.value, dict) and isinstance(given.value.get("filled"), dict):
        inner = tuple(Kept(*item) for item in given["filled"].items())
    else:
        return None
    below = Made("filled", (*inner, Kept("fields", node["fields"])))
    return {"lifetime": (Made("lifetime", (below,)),), "fields": ()}


def _placement(root: Node) -> Changes | None:
    """Where the parts go, as one mapping in the place of the first of its keys."""
    given = [key for key in root.value if key in _PLACED]
    if "placement" in root.value or any(
        not isinstance(root.value[key], dict) for key in _MAPPINGS & set(given)
    ):
        return None
    entries = tuple(entry for key in _PLACED if key in given for entry in _placed(key, root[key]))
    return {given[0]: (Made("placement", entries),)} | dict.fromkeys(given[1:], ())


def _placed(key: str, node: Node) -> Iterator[Entry]:
    """One of these keys: of `struct` and of `set` the parts stand by themselves."""
    if key == "struct":
        yield from (Kept(*item) for item in node.items())
    elif key == "set" and "join" in node.value:
        rest = tuple(Kept(*item) for item in node.items() if item[0] != "join")
        yield Kept("join", node["join"])
        yield from (Made("set", rest, node),) if rest else ()
    else:
        yield Kept(key, node)


_PLACED = ("code", "file", "folder", "inside", "private", "struct", "declarations", "room", "set")
_MAPPINGS = {"struct", "set", "private"}
_VALUES = ("arguments", ANY, "values", ANY)
_VERSIONED = (
    (),
    ("walk", "cases", ANY),
    _VALUES,
    *((key, ANY) for key in ("arguments", "resources", "helpers", "companions")),
)
_CHOSEN = (("walk", "cases", ANY), _VALUES)
_STARTS = tuple(
    (*way, *below, "ring", "start") for way in (("walk",), *_CHOSEN) for below in ((), ("nested", ANY))
)

TABLE: tuple[Older, ...] = (
    *(Older(where, key, _kernels) for where in _VERSIONED for key in ("since", "until")),
    *(Older((*where, "checks", ANY), "refuse", _check) for where in ((), *_CHOSEN)),
    *(Older(where, "errno", _start) for where in _STARTS),
    Older(("tests", "cases", ANY), "errno", _case),
    Older(("context",), "refuse", _context),
    *(Older(("element",), key, _element) for key in ("get", "handover", "put", "last")),
    *(Older(("resources", ANY), key, _resource) for key in ("errno", "doc")),
    Older((), "resources", _buffers),
    Older(("walk",), "counter", _counter),
    Older((), "walk", _values),
    *(Older((), key, _placement) for key in _PLACED),
    Older(("element",), "fields", _fields),
    Older(("arguments", ANY), "combinations", _renamed("combinations", "values")),
)
