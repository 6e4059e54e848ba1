# SPDX-License-Identifier: GPL-2.0-only
"""A value of a checked document together with where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kiter.errors import Diagnostic, Position
from kiter.spec.document import Document
from kiter.spec.release import NEWEST, Range, Release
from kiter.value_class import value_class

Path = tuple[str | int, ...]


@value_class
class Node:
    """One value of a document that has passed the schema, read for one kernel; `value` is plain data."""

    document: Document
    path: Path
    value: Any
    release: Release = NEWEST

    @property
    def at(self) -> Position:
        """Where the value begins."""
        return self.document.at(self.path)

    @property
    def key_at(self) -> Position:
        """Where the key that leads to the value stands."""
        return self.document.key_at(self.path)

    def get(self, key: str) -> Node | None:
        """The value under `key`, if there is one."""
        return self[key] if key in self.value else None

    def __getitem__(self, key: str) -> Node:
        return self._below(key, self.value[key])

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, in the order of the file; nothing when there is none."""
        for key, value in self.value.items():
            yield key, self._below(key, value)

    def present(self, key: str) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping under `key` that the kernel has, nothing where there is none."""
        group = self.get(key)
        return ((name, item) for name, item in group.items() if item.here) if group else iter(())

    def each(self) -> Iterator[Node]:
        """The items of a list."""
        for index, value in enumerate(self.value):
            yield self._below(index, value)

    def text(self, key: str, default: str = "") -> str:
        """A string under `key`."""
        return str(self.value.get(key, default))

    @property
    def kernels(self) -> Range:
        """The `kernels` that a mapping is for; all of them by default."""
        return Range.parse(self.text("kernels", "-"))

    @property
    def here(self) -> bool:
        """Whether the kernel is one of them."""
        return self.release in self.kernels

    @property
    def versions(self) -> tuple[tuple[Range, Node], ...]:
        """The kernels and the text or switch for them, of a value given once or per range of kernels."""
        if not isinstance(self.value, dict):
            return ((Range(), self),)
        return tuple((Range.parse(key), item) for key, item in self.items())

    @property
    def chosen(self) -> Node | None:
        """The version for the kernel: the first whose range it is in, None where it is in none."""
        return next((item for span, item in self.versions if self.release in span), None)

    def _below(self, step: str | int, value: Any) -> Node:  # noqa: ANN401 - whatever the YAML holds
        return Node(self.document, (*self.path, step), value, self.release)

    def finding(self, code: str, message: str, reason: str = "", hint: str = "") -> Diagnostic:
        """An error about this value, shown at its place."""
        return self.document.finding(self.at, code, message, reason, hint)
