# SPDX-License-Identifier: GPL-2.0-only
"""The SEC("iter/...") form of a walk: a program that is run for each element when a file is read."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class

ALL = "all"  # the walk of an iterator that has one

Parameters = tuple[tuple[str, Snippet], ...]
"""Members of the target's part of union bpf_iter_link_info, each with C."""


@value_class
class Shown:
    """A member of the context, beside `meta`."""

    name: str
    type: str  # in C, a pointer
    value: Snippet | None  # what it is, over `pos` and the arguments; None for the element itself
    node: Node  # its entry in the document

    @classmethod
    def of(cls, name: str, node: Node) -> Shown:
        """From an entry of `shows`."""
        return cls(name, node.text("type"), Snippet.under(node, "value"), node)


@value_class
class Kept:
    """What a link keeps of what it was asked for: a member of its part of struct bpf_iter_aux_info."""

    name: str  # the member's
    type: str  # in C; a pointer may be an ERR_PTR(), a number of a signed type a negative error
    sources: Parameters  # what gives it, of which a link may name one
    default: Snippet | None  # where it names none, which is refused without
    put: Snippet | None  # releases it
    tells: Parameters  # what the link tells of itself
    node: Node  # its entry in the document

    @classmethod
    def of(cls, name: str, node: Node) -> Kept:
        """From an entry of `keeps`."""
        default, put = Snippet.under(node, "default"), Snippet.under(node, "put")
        return cls(
            name, node.text("type"), _parameters(node, "from"), default, put, _parameters(node, "tells"), node
        )


@value_class
class Given:
    """How a reader comes by an argument of new()."""

    name: str  # the argument's
    value: Snippet  # over what the link keeps; an ERR_PTR() is what open() fails with
    get: Snippet | None  # takes what keeps it until the file is closed
    put: Snippet | None  # gives that back
    resume: Snippet | None  # its value for a walk that begins with `pos`
    node: Node  # its entry in the document

    @classmethod
    def of(cls, name: str, node: Node) -> Given:
        """From an entry of `arguments`."""
        get, put, resume = (Snippet.under(node, key) for key in ("get", "put", "resume"))
        return cls(name, Snippet.of(node["value"]), get, put, resume, node)


@value_class
class Read:
    """What the selftests ask a link for, so that a reader makes one of the walks."""

    walk: str  # the value of the flags, "all" where there is one walk
    asks: Parameters  # over `id`, the number of the object that the walk sets out from
    node: Node  # its entry in the document


@value_class
class SeqForm:
    """What `iter` says."""

    target: str  # the name that programs attach to: "dmabuf" for SEC("iter/dmabuf")
    shows: tuple[Shown, ...]  # what their context holds
    existing: bool  # Linux has the target, and only tests are made
    restart: bool  # each read() restarts the walk, and passes by what was shown
    part: str  # the member of union bpf_iter_link_info that links ask with, "" for none
    refuses: tuple[str, ...]  # what of that it cannot give
    keeps: tuple[Kept, ...]  # what a link keeps
    arguments: tuple[Given, ...]  # of new()
    reads: tuple[Read, ...]  # of the selftests
    node: Node  # its part of the document

    def argument(self, name: str) -> Given | None:
        """How a reader comes by the argument of that name."""
        return next((given for given in self.arguments if given.name == name), None)

    @property
    def resumes(self) -> bool:
        """Whether arguments say where the walk goes on."""
        return any(given.resume for given in self.arguments)

    @property
    def seen(self) -> str:
        """What programs see of it."""
        return ", ".join((self.target, *(f"ctx->{shown.name}" for shown in self.shows)))

    @property
    def asked(self) -> frozenset[str]:
        """What a link may be asked for."""
        return frozenset(name for kept in self.keeps for name, _ in kept.sources)

    @property
    def names(self) -> frozenset[str]:
        """What only its C may name: what a link is asked for, and what it keeps."""
        return self.asked | {kept.name for kept in self.keeps}

    @property
    def snippets(self) -> Iterator[tuple[str, Snippet]]:
        """All of its C, by the key that takes it."""
        for shown in self.shows:
            yield from _present(shown, "value")
        for kept in self.keeps:
            yield from (("from", c) for _, c in kept.sources)
            yield from _present(kept, "default", "put")
            yield from (("tells", c) for _, c in kept.tells)
        for given in self.arguments:
            yield from _present(given, "value", "get", "put", "resume")
        for read in self.reads:
            yield from (("reads", c) for _, c in read.asks)

    @classmethod
    def under(cls, root: Node) -> SeqForm | None:
        """From the top of a document, None where it asks for no such form."""
        node = root.get("iter")
        if node is None:
            return None
        link, target = node.get("link"), node.text("target", root.text("iterator"))
        return cls(
            target=target,
            shows=tuple(Shown.of(*item) for item in node.present("shows")) or (_element(node, root, target),),
            existing=bool(node.value.get("existing", False)),
            restart=bool(node.value.get("restart", False)),
            part=link.text("part") if link else "",
            refuses=tuple(link.value.get("refuses", ())) if link else (),
            keeps=tuple(Kept.of(*item) for item in link.present("keeps")) if link else (),
            arguments=tuple(Given.of(*item) for item in node.present("arguments")),
            reads=tuple(Read(walk, _each(item), item) for walk, item in node.present("reads")),
            node=node,
        )


def _present(part: Shown | Kept | Given, *keys: str) -> Iterator[tuple[str, Snippet]]:
    found = ((key, getattr(part, key)) for key in keys)
    return ((key, snippet) for key, snippet in found if snippet is not None)


def _element(node: Node, root: Node, target: str) -> Shown:
    """The element alone, as a context that says nothing else has it."""
    return Shown(node.text("as", target), root["element"].text("type"), None, node)


def _parameters(node: Node, key: str) -> Parameters:
    below = node.get(key)
    return _each(below) if below is not None else ()


def _each(node: Node) -> Parameters:
    return tuple((name, Snippet.of(item)) for name, item in node.items())
