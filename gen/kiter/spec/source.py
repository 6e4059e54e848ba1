# SPDX-License-Identifier: GPL-2.0-only
"""What holds elements in the kernel, and how a walk finds one after the other in it.

SOURCES has a row for each kind. templates/kernel/source/ has its step in C, and the linter what a
reader without a lock may follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from kiter.spec.lock import Lock
from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class

# keys that are no C of the kind's own
OWN = frozenset({"as", "type", "member", "by", "where", "key_type", "lock"})


@value_class
class Place:
    """A number in the state that says where the walk is, beside the element itself."""

    name: str  # of the field, unless `by` says another
    type: str  # in C
    begins: str  # what new() stores: C, or the key that has it; "" where the first step does
    held: bool = False  # only where elements are held, and so may leave between two steps


@value_class
class Kind:
    """One kind of source."""

    work: str  # what a step does: a macro of templates/sentences/work.j2
    lifetimes: tuple[str, ...]  # that its elements can have
    places: tuple[Place, ...] = ()  # what the state holds for it
    locals: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # by way, "" for all: see variables()
    defaults: Mapping[str, str] = field(default_factory=dict)  # C for keys that are left out
    alone: tuple[str, ...] = ()  # the ways in which a step goes by its place, whatever was before
    ways: tuple[str, ...] = ()  # what has a template of its own, the first that holds: see Source.way()


_INDEX = Place("index", "unsigned long", "from")
_FROM = {"from": "0"}
_LINK = {"": {"node": "struct hlist_node *"}}
_BUCKET = {
    "rcu": {**_LINK[""], "chain": "struct hlist_head *"},
    "held": {**_LINK[""], "nr": "unsigned int"},
    "locked": {"entry": "", "nr": "unsigned int"},
    "nulls": {"entry": "", "nulls": "struct hlist_nulls_node *", "nr": "unsigned int"},
}
_LIST = {"rcu": {"head": "struct list_head *", "at": "struct list_head *"}}
_NODES = {"": {"rb": "struct rb_node *", "entry": "", "found": ""}, "latch": {"seq": "unsigned int"}}
_SLOT = {"": {"iter": "struct radix_tree_iter", "slot": "void __rcu **", "found": ""}}
_KEPT = ("rcu", "held")
# a name has one type among all kinds: the walks of one iterator share their variables
SOURCES: Mapping[str, Kind] = {
    "list": Kind("list", ("caller", *_KEPT), locals=_LIST, ways=("rcu",)),
    "hlist": Kind("list", ("caller", *_KEPT), locals=_LINK, ways=("rcu",)),
    "hash": Kind(
        "hash",
        _KEPT,
        (Place("bucket", "unsigned int", "0"), Place("passed", "unsigned int", "0", held=True)),
        _BUCKET,
        alone=("held", "locked", "nulls"),
        ways=("nulls", "locked", "held", "rcu"),
    ),
    "rbtree": Kind("rbtree", ("caller", *_KEPT), (Place("key", "u64", ""),), _NODES, ways=("latch",)),
    "xarray": Kind("tree", _KEPT, (_INDEX,), defaults={**_FROM, "mark": "XA_PRESENT"}),
    "maple": Kind("tree", _KEPT, (_INDEX,), defaults=_FROM),
    "idr": Kind("tree", _KEPT, (Place("id", "unsigned long", "from"),), defaults=_FROM),
    "radix": Kind("tree", _KEPT, (_INDEX,), _SLOT, _FROM),
    "array": Kind(
        "array", ("static", *_KEPT), (Place("i", "int", "-1"),), alone=("", "sparse"), ways=("sparse",)
    ),
    "percpu": Kind(
        "percpu",
        ("static", *_KEPT),
        (Place("cpu", "int", "-1"),),
        defaults={"mask": "cpu_possible_mask"},
        alone=("", "sparse"),
        ways=("sparse",),
    ),
}


@value_class
class Text:
    """C of a source's own, by its key."""

    key: str
    c: Snippet


@value_class
class Source:
    """The elements that something of the kernel holds."""

    kind: str  # a key of SOURCES
    name: str  # the cursor
    type: str  # its C type, or "" for that of the elements
    member: str  # the element's member that links it, "" where nothing does
    by: str  # the name of its first place, "" for the kind's own
    key_type: str  # the type of that place, "" for the kind's own
    texts: tuple[Text, ...]  # C of its own
    switches: frozenset[str]  # keys that are true
    where: Snippet | None  # which elements the walk stops at
    locks: tuple[Lock, ...]  # that of each bucket, none where there is no such lock
    node: Node  # its part of the document

    @property
    def of(self) -> Kind:
        """What holds for all of its kind."""
        return SOURCES[self.kind]

    def places(self, held: bool) -> Iterator[Place]:
        """The fields of the state that say where it is, where elements are held or not."""
        for at, place in enumerate(self.of.places):
            if at == 0:
                yield replace(place, name=self.by or place.name, type=self.key_type or place.type)
            elif held or not place.held:
                yield place

    def way(self, *, rcu: bool, held: bool) -> str:
        """How its elements are found: a switch that is on, "locked" where each bucket has a lock, "held",
        "rcu" where no lock is held, or "".
        """
        known = {"locked": bool(self.locks), "held": held, "rcu": rcu}
        true = self.switches | {way for way, holds in known.items() if holds}
        return next((way for way in self.of.ways if way in true), "")

    def variables(self, way: str, element: str) -> dict[str, str]:
        """The variables of a step, name to type: "" in the table stands for the type of the elements."""
        found = {**self.of.locals.get("", {}), **(self.of.locals.get(way, {}) if way else {})}
        own = self.type or element
        return {(name if given else self.local(name)): given or own for name, given in found.items()}

    def local(self, name: str) -> str:
        """A variable of a step that has the type of the elements: an outer walk's is called by its cursor."""
        return f"{self.name}_{name}" if self.type else name

    def text(self, key: str) -> Snippet | None:
        """The C under a key, None where it is left out."""
        return next((one.c for one in self.texts if one.key == key), None)

    @classmethod
    def under(cls, kind: str, node: Node, cursor: str) -> Source:
        """From the part of a walk that is called by a key of SOURCES; `cursor` is its name by default."""
        given = {key: item for key, item in node.items() if key not in OWN}
        return cls(
            kind=kind,
            name=node.text("as", cursor),
            type=node.text("type"),
            member=node.text("member"),
            by=node.text("by"),
            key_type=node.text("key_type"),
            texts=tuple(
                Text(key, Snippet.of(item)) for key, item in given.items() if not isinstance(item.value, bool)
            ),
            switches=frozenset(key for key, item in given.items() if item.value is True),
            where=Snippet.under(node, "where"),
            locks=Lock.under(node),
            node=node,
        )
