# SPDX-License-Identifier: GPL-2.0-only
"""What next() returns, and what keeps it valid."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class

# Elements that are structs in the state.
IN_STATE = ("snapshot", "filled", "moved")
# What keeps an element without more being said; every other word is the name of a resource.
WORDS = ("rcu", "state", "native", "snapshot", "static", "caller")
KEPT = "resource"


@value_class
class Pointer:
    """A pointer in the element, as good as the element, and why; `nullable` says that it may be NULL."""

    name: str
    type: str
    nullable: bool
    doc: str = ""


@value_class
class Reference:
    """How programs get a reference of their own; what takes and puts one is None where nothing says it."""

    acquire: str  # the kfunc that takes one
    release: str  # the kfunc that releases it
    get: Snippet | None  # takes one to the element pos
    tryget: Snippet | None  # the same where there may be none to take, which it says
    put: Snippet | None  # releases it
    node: Node  # its part of the document


@value_class
class Member:
    """A field of an element that is filled."""

    name: str
    type: str  # in C
    doc: str  # what it is


@value_class
class Element:
    """What next() returns."""

    type: str  # in C
    lifetime: str  # what keeps it valid: rcu, state, native, held, static, one of IN_STATE, or KEPT
    keeper: str  # that resource, "" for none
    members: tuple[Member, ...]  # of the struct that the iterator brings along
    get: Snippet | None  # takes what must be held of the element pos
    tryget: Snippet | None  # the same where there may be nothing to take, which it says
    still: Snippet | None  # true while an element that is held is where it was found
    put: Snippet | None  # releases it; with `last` a condition, true for the last reference
    last: Snippet | None  # what becomes of the element then
    handover: bool  # the walk itself puts the element before
    trusted: tuple[Pointer, ...]  # its fields that are as good as the element
    reference: Reference | None  # what programs may take, None for nothing
    node: Node  # its part of the document

    @property
    def pointee(self) -> str:
        """The type that an element points to."""
        return self.type.removesuffix("*").strip()

    @property
    def tag(self) -> str:
        """The tag of the struct that it is, "" for another type."""
        return self.pointee.removeprefix("const ").partition("struct ")[2]

    @classmethod
    def of(cls, node: Node) -> Element:
        """From `element`."""
        lifetime, below = _lifetime(node["lifetime"])
        keys = ("get", "tryget", "still", "put", "last")
        get, tryget, still, put, last = (Snippet.under(below, key) if below else None for key in keys)
        handover = bool(below and below.value.get("handover", False))
        given = node["trusted"].items() if node.get("trusted") else ()
        trusted = tuple(_pointer(name, item) for name, item in given)
        keeper = "" if below or lifetime in WORDS else lifetime
        fields = below["fields"].items() if below and below.get("fields") else ()
        members = tuple(Member(name, item.text("type"), item.text("doc")) for name, item in fields)
        return cls(
            type=node.text("type"),
            lifetime=KEPT if keeper else lifetime,
            keeper=keeper,
            members=members,
            get=get,
            tryget=tryget,
            still=still,
            put=put,
            last=last,
            handover=handover,
            trusted=trusted,
            reference=_reference(node.get("reference"), get, tryget, None if last else put),
            node=node,
        )


def _lifetime(node: Node) -> tuple[str, Node | None]:
    """The word for it, and what depends on it."""
    if isinstance(node.value, str):
        return node.value, None
    return next(node.items())


def _reference(
    node: Node | None, get: Snippet | None, tryget: Snippet | None, put: Snippet | None
) -> Reference | None:
    """From `reference`, and from what held elements say where it says nothing."""
    if node is None:
        return None
    own = Snippet.under(node, "get"), Snippet.under(node, "tryget")
    get, tryget = own if any(own) else (get, tryget)
    put = Snippet.under(node, "put") or put
    return Reference(node.text("acquire"), node.text("release"), get, tryget, put, node)


def _pointer(name: str, node: Node) -> Pointer:
    """From what `trusted` says of one name."""
    return Pointer(
        name, node.text("type"), bool(node.value.get("nullable", False)), node.value.get("doc", "")
    )
