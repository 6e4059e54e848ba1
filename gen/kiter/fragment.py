# SPDX-License-Identifier: GPL-2.0-only
"""What an output adds to a file of a kernel tree, as facts, and how out/ spells it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from kiter.layout.columns import comment
from kiter.value_class import value_class

LICENCE = "SPDX-License-Identifier: GPL-2.0-only"


class Anchor(enum.Enum):
    """The place in a file."""

    NEW_FILE = "new-file"  # the file is kiter's own
    AT_END = "at-end"
    OWN_SET = "own-set"
    TARGET = "target"  # of SEC("iter/...")
    IN_ID_SET = "in-id-set"
    BEFORE_ENDIF = "before-endif"
    AMONG_DECLARATIONS = "among-declarations"
    MAKEFILE = "makefile"
    CONFIG = "config"
    TOCTREE = "toctree"
    TABLE = "table"
    # kernel/bpf/verifier.c
    SAFE_TYPE = "safe-type"
    SAFE_EMIT = "safe-emit"
    KFUNC_ENUM = "kfunc-enum"
    KFUNC_LIST = "kfunc-list"
    BEFORE_ARGUMENTS = "before-arguments"
    IN_ARGUMENTS = "in-arguments"


# How a heading says it; {0} is the set, or the kind of type, that a fragment goes into.
_SAID = {
    Anchor.AT_END: "at its end",
    Anchor.OWN_SET: "behind the kfuncs",
    Anchor.TARGET: "behind the kfuncs",
    Anchor.IN_ID_SET: "at the end of the set {0}",
    Anchor.BEFORE_ENDIF: "before its #endif",
    Anchor.AMONG_DECLARATIONS: "before its #endif",
    Anchor.TOCTREE: "in its toctree",
    Anchor.SAFE_TYPE: "among the types BTF_TYPE_SAFE_{0}",
    Anchor.SAFE_EMIT: "in the function type_is_{1}()",
    Anchor.KFUNC_ENUM: "at the end of the enum special_kfunc_type",
    Anchor.KFUNC_LIST: "at the end of the list special_kfunc_list",
    Anchor.BEFORE_ARGUMENTS: "before the function check_kfunc_args()",
    Anchor.IN_ARGUMENTS: "in check_kfunc_args(), before process_iter_arg()",
}


@value_class
class Fragment:
    """Lines that join one file of a kernel tree.

    file: the file, in paths of the tree
    anchor: the place in it
    lines: what stands there; of a file of kiter's own, what would join one that is there by hand
    before: what the lines need defined ahead of them: types and helpers
    opening: the markers ahead of the lines, for a place that others' do not stand round yet
    closing: those behind the lines
    after: what needs the lines defined ahead of it: a set of their ids
    where: the set of ids, or the kind of type, where the file has several such places
    names: what the lines are about: what they define, options, a type and its fields, the page of a row
    uses: what the author's C names, be it defined in the file or elsewhere
    guard: the option that the lines depend on, "" for none
    whole: the file where the tree has none, "" for one that must be there; below the licence if lines join it
    """

    file: str
    anchor: Anchor
    lines: tuple[str, ...]
    before: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    where: str = ""
    names: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    guard: str = ""
    whole: str = ""

    @classmethod
    def new(cls, file: str, text: str) -> Fragment:
        """A file that is kiter's alone."""
        return cls(file, Anchor.NEW_FILE, (), whole=text)

    @property
    def condition(self) -> str:
        """The line that begins what depends on the guard; "" without one."""
        if not self.guard:
            return ""
        return f"ifeq ($({self.guard}),y)" if self.anchor is Anchor.MAKEFILE else f"#ifdef {self.guard}"

    @property
    def begun(self) -> str:
        """The file as it is where the tree has none, "" for one that must be there."""
        if self.anchor is Anchor.NEW_FILE or not self.whole:
            return self.whole
        return f"{_comment(LICENCE, PurePosixPath(self.file).suffix)}\n\n{self.whole}"

    @property
    def body(self) -> tuple[str, ...]:
        """All lines, markers and those of the guard among them."""
        lines = apart(self.before, self.opening, self.lines, self.closing, self.after)
        if not self.guard:
            return lines
        if self.anchor is Anchor.MAKEFILE:
            return (self.condition, *lines, "endif")
        if self.anchor in (Anchor.AT_END, Anchor.OWN_SET, Anchor.TARGET):
            return (self.condition, "", *lines, "", f"#endif /* {self.guard} */")
        return (self.condition, *lines, "#endif")


def apart(*parts: Sequence[str]) -> tuple[str, ...]:
    """Those that have lines, with a blank one between two."""
    return tuple(line for part in parts if part for line in ("", *part))[1:]


def trimmed(lines: Sequence[str]) -> tuple[str, ...]:
    """Without blank lines at both ends."""
    rows = [row for row, line in enumerate(lines) if line.strip()]
    return tuple(lines[rows[0] : rows[-1] + 1]) if rows else ()


def spelled(fragments: Iterable[Fragment]) -> str:
    """The file of out/ that holds fragments: each below a heading that says where it goes."""
    first, *others = fragments
    if first.anchor is Anchor.NEW_FILE:
        return first.whole
    kind = PurePosixPath(first.file).suffix
    blocks = "\n".join("\n".join(_block(one, kind)) for one in (first, *others))
    return f"{_comment(LICENCE, kind)}\n{blocks}"


def _block(fragment: Fragment, kind: str) -> Iterator[str]:
    yield _heading(fragment, kind)
    if fragment.whole:
        yield from ("", fragment.whole)
        return
    yield from ("",) * (kind in _SET_APART)
    yield from (*fragment.body, "")


def _heading(fragment: Fragment, kind: str) -> str:
    if fragment.anchor is Anchor.TABLE:
        return f".. The row joins {fragment.file}; without one, all of this is its beginning."
    where = _SAID.get(fragment.anchor, "").format(fragment.where, fragment.where.lower())
    said = f"Joins {fragment.file}, {where}." if where else f"Joins {fragment.file}."
    return _comment(said, ".h" if kind == ".c" else kind)


_SET_APART = (".c", ".h", ".rst")


def _comment(text: str, kind: str) -> str:
    """A comment in a file with that suffix."""
    if kind == ".c":
        return f"// {text}"
    if kind != ".h":
        return f"{'..' if kind == '.rst' else '#'} {text}"
    return "\n".join(comment(text))
