# SPDX-License-Identifier: GPL-2.0-only
"""The BTF of a kernel, or of a module on top of it: `Btf.of("/sys/kernel/btf/vmlinux")`."""

from __future__ import annotations

import mmap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import compress
from pathlib import Path

from kiter.btf import elf, ids
from kiter.btf.blob import Blob, is_btf, parse
from kiter.btf.broken import broken
from kiter.btf.elf import Elf
from kiter.btf.ids import IdSet
from kiter.btf.kinds import (
    ARRAY,
    COUNT_MASK,
    DECL_TAG,
    ENUM,
    ENUM64,
    FLAG_SHIFT,
    FUNC,
    FUNC_PROTO,
    HEAD_WORDS,
    KIND_MASK,
    KIND_SHIFT,
    MODIFIERS,
    PTR,
    STRUCT,
    UNION,
    VOID,
    WORDS,
)
from kiter.btf.spelling import Spelling
from kiter.btf.types import Enum, Function, Member, Parameter, Struct, Type
from kiter.value_class import value_class

DEEPEST = 32  # MAX_RESOLVE_DEPTH, kernel/bpf/btf.c
TAG = "bpf_kfunc"  # of a kfunc: pahole 1.26 or later writes it, or resolve_btfids (tools/bpf, Linux 7.3)
LONGEST = 4096  # of a name; the kernel's own are not longer than KSYM_NAME_LEN, 512
POINTER = 8
_VOID = Type(VOID, "void", 0)


@value_class
class _File:
    """What a file holds: its BTF, the distilled base of it (since Linux 6.11), the ids of kfuncs."""

    btf: bytes
    base: bytes = b""
    elf: Elf | None = None


class Btf:
    """Types by id and by name. Whatever is asked of broken BTF, it raises KiterError R40."""

    def __init__(
        self,
        raw: bytes,
        base: Btf | None = None,
        *,
        file: str = "",
        image: Elf | None = None,
        kernel: Btf | None = None,
    ) -> None:
        """From the bytes of a .BTF section; `image` is the file it was in.

        `kernel` is where names that are not the file's own are looked up if `base` is distilled:
        that has no more of the kernel's types than the ids need.
        """
        self._blob: Blob = parse(raw, file)
        if not base and self._blob.strings[:1] != b"\0":
            raise broken(file, "it is a part of another's", "the BTF of a module needs that of its kernel")
        self._image = image
        self.base = base
        self._beyond = kernel or base
        self.file = file
        self.first: int = base.count if base else 1
        self.count: int = self.first + len(self._blob.starts)
        self._measures: dict[int, tuple[int, int]] = {}
        self._indexes: dict[tuple[int, ...], dict[int, int]] = {}
        self._strings_before: int = base._strings_end if base else 0
        self._strings_end: int = self._strings_before + len(self._blob.strings)

    @classmethod
    def of(cls, path: Path | str, base: Btf | None = None) -> Btf:
        """The BTF in an ELF file's .BTF section, or in a file of nothing else.

        A module needs `base`, the kernel's, unless it brings its own (.BTF.base). Raises KiterError
        R40 for a file that has no BTF or is broken, OSError for one that cannot be read.
        """
        name = str(path)
        found = _open(Path(path), name)
        distilled = cls(found.base, file=name) if found.base else None
        return cls(found.btf, distilled or base, file=name, image=found.elf, kernel=base)

    # --- by id ---------------------------------------------------------------------------------

    def type(self, number: int) -> Type:
        """The type of that id; 0 is void."""
        if number == 0:
            return _VOID
        if self.base and number < self.first:
            return self.base.type(number)
        if number >= self.count:
            raise broken(self.file, f"there is no type {number}")
        words = self._blob.words
        at = self._blob.starts[number - self.first]
        name, info, ref = words[at], words[at + 1], words[at + 2]
        kind, flag = info >> KIND_SHIFT & KIND_MASK, bool(info >> FLAG_SHIFT)
        after, each = WORDS.get(kind, (0, 0))
        at += HEAD_WORDS
        end = at + after + each * (info & COUNT_MASK)
        members = tuple(tuple(words[i : i + each]) for i in range(at + after, end, each)) if each else ()
        return Type(kind, self.string(name), ref, members, tuple(words[at : at + after]), flag)

    def string(self, at: int) -> str:
        """The string at that offset, the base's strings first."""
        if self.base and at < self._strings_before:
            return self.base.string(at)
        own = at - self._strings_before
        end = self._blob.strings.find(b"\0", own, own + LONGEST)
        if end < 0:
            raise broken(self.file, f"there is no string at {at}")
        return self._blob.strings[own:end].decode("utf-8", "replace")

    def skip_modifiers(self, number: int) -> Type:
        """The type behind const, volatile and typedefs."""
        for _ in range(DEEPEST):
            found = self.type(number)
            if found.kind not in MODIFIERS:
                return found
            number = found.ref
        raise self._endless()

    def spelled(self, number: int) -> str:
        """The type as C spells it."""
        return Spelling(self.type, self._endless).of(number)

    def size(self, number: int) -> int:
        """The bytes that a value of that type takes."""
        return self._measured(number)[0]

    def alignment(self, number: int) -> int:
        """What the type demands by itself; attributes that demand more are not in BTF."""
        return self._measured(number)[1]

    def _measured(self, number: int, depth: int = DEEPEST) -> tuple[int, int]:
        """Size and alignment, each type looked at once."""
        if depth == 0:
            raise self._endless()
        known = self._measures.get(number)
        if known is None:
            known = self._measures[number] = self._measure(self.skip_modifiers(number), depth)
        return known

    def _measure(self, found: Type, depth: int) -> tuple[int, int]:
        if found.kind == PTR:
            return POINTER, POINTER
        if found.kind == ARRAY:
            size, alignment = self._measured(found.after[0], depth - 1)
            return size * found.after[2], alignment
        if found.kind in (STRUCT, UNION):
            types = {member[1] for member in found.members}
            return found.ref, max((self._measured(each, depth - 1)[1] for each in types), default=1)
        return found.ref, max(1, min(found.ref, POINTER))

    def _endless(self) -> Exception:
        return broken(self.file, "its types refer to each other without end")

    # --- by name -------------------------------------------------------------------------------

    @cached_property
    def _kinds(self) -> bytes:
        words = self._blob.words
        return bytes([words[at + 1] >> KIND_SHIFT & KIND_MASK for at in self._blob.starts])

    def _among(self, kinds: Collection[int]) -> bytes:
        """For each of the file's own types whether it is of one of these kinds."""
        return self._kinds.translate(bytes(kind in kinds for kind in range(256)))

    def _ids(self, *kinds: int) -> Iterator[int]:
        """The ids of the types of these kinds, without the base's, in their order."""
        return compress(range(self.first, self.count), self._among(kinds))

    def _named(self, name: str, *kinds: int) -> Type | None:
        """The first type of that name, the file's own before the base's."""
        number = self._own(name, *kinds)
        if number:
            return self.type(number)
        return self._beyond._named(name, *kinds) if self._beyond else None

    def _own(self, name: str, *kinds: int) -> int:
        """The id of the file's own first type of that name, without decoding those of others; or 0."""
        index = self._indexes.get(kinds)
        if index is None:
            words, starts = self._blob.words, compress(self._blob.starts, self._among(kinds))
            each = [*zip([words[at] for at in starts], self._ids(*kinds), strict=True)]
            index = self._indexes[kinds] = dict(reversed(each))
        return min((index[place] for place in self._places(name) if place in index), default=0)

    def _places(self, name: str) -> Iterator[int]:
        """Every offset at which a string reads so; tails of longer ones are strings too."""
        for blob in filter(None, (self, self.base)):
            wanted = name.encode() + b"\0"
            at = blob._blob.strings.find(wanted)
            while at >= 0:
                yield blob._strings_before + at
                at = blob._blob.strings.find(wanted, at + 1)

    def mentions(self, name: str) -> bool:
        """Whether a type, function, member or enumerator of that name is there, by its strings alone."""
        own = f"\0{name}\0".encode() in self._blob.strings
        return own or bool(self._beyond and self._beyond.mentions(name))

    def has_function(self, name: str) -> bool:
        """Whether there is a function of that name, the base's not counted."""
        return bool(self._own(name, FUNC))

    def functions(self) -> frozenset[str]:
        """The names of all functions, the base's not included."""
        words, starts = self._blob.words, self._blob.starts
        return frozenset(self.string(words[starts[n - self.first]]) for n in self._ids(FUNC))

    def function(self, name: str) -> Function | None:
        """The function of that name, if there is one."""
        found = self._named(name, FUNC)
        return self._function(found) if found else None

    def _function(self, found: Type) -> Function:
        proto = self.type(found.ref)
        if found.kind != FUNC or proto.kind != FUNC_PROTO:
            raise broken(self.file, f"{found.name}() has no prototype")
        parameters = tuple(self._parameter(*each) for each in proto.members)
        return Function(found.name, self.spelled(proto.ref), parameters)

    def _parameter(self, name: int, number: int) -> Parameter:
        return Parameter(self.string(name), self.spelled(number) if number else "...")

    def struct(self, name: str) -> Struct | None:
        """The struct or union of that name, if there is one."""
        found = self._named(name, STRUCT, UNION)
        if found is None:
            return None
        members = tuple(self._member(found.flag, *member) for member in found.members)
        return Struct(name, *self._measure(found, DEEPEST), members, found.kind == UNION)

    def flat(self, name: str) -> Struct | None:
        """The same with the members of nameless structs and unions in their places, as C reaches them."""
        found, whole = self._named(name, STRUCT, UNION), self.struct(name)
        if found is None or whole is None:
            return None
        return replace(whole, members=tuple(self._reached(found, 0, DEEPEST)))

    def _reached(self, found: Type, base: int, depth: int) -> Iterator[Member]:
        if depth == 0:
            raise self._endless()
        for name, number, offset in found.members:
            member, inner = self._member(found.flag, name, number, offset), self.type(number)
            if member.name or inner.kind not in (STRUCT, UNION):
                yield replace(member, offset=base + member.offset)
            else:
                yield from self._reached(inner, base + member.offset, depth - 1)

    def _member(self, fields: bool, name: int, number: int, offset: int) -> Member:
        """With the flag of its struct set, the top byte of a member's offset is its width."""
        at, width = (offset & 0xFFFFFF, offset >> 24) if fields else (offset, 0)
        return Member(self.string(name), self.spelled(number), at, width)

    def enum(self, name: str) -> Enum | None:
        """The enum of that name, if there is one."""
        found = self._named(name, ENUM, ENUM64)
        return self._enum(found) if found else None

    @cached_property
    def enums(self) -> tuple[Enum, ...]:
        """All enums, those without a name too, the kernel's first."""
        own = (self._enum(self.type(number)) for number in self._ids(ENUM, ENUM64))
        return (*(self._beyond.enums if self._beyond else ()), *own)

    def enums_with(self, names: Iterable[str]) -> tuple[Enum, ...]:
        """The enums that have one of these enumerators, the kernel's first; no other one is decoded."""
        names = tuple(names)
        before = self._beyond.enums_with(names) if self._beyond else ()
        places = (place for name in names for place in self._places(name))
        own = sorted({number for place in places for number in self._enums_at.get(place, ())})
        return (*before, *(self._enum(self.type(number)) for number in own))

    @cached_property
    def _enums_at(self) -> Mapping[int, Sequence[int]]:
        """The ids of the file's own enums by the offsets of their enumerators' names."""
        found: dict[int, list[int]] = {}
        words, starts = self._blob.words, compress(self._blob.starts, self._among((ENUM, ENUM64)))
        for number, at in zip(self._ids(ENUM, ENUM64), starts, strict=True):
            each = WORDS[words[at + 1] >> KIND_SHIFT & KIND_MASK][1]
            first = at + HEAD_WORDS
            for place in words[first : first + each * (words[at + 1] & COUNT_MASK) : each]:
                found.setdefault(place, []).append(number)
        return found

    def _enum(self, found: Type) -> Enum:
        values = {self.string(member[0]): _value(found, member) for member in found.members}
        return Enum(found.name, found.ref, values)

    def enumerators(self) -> Mapping[str, int]:
        """The values of all enumerators by name; of two that share a name, the last."""
        return {name: value for found in self.enums for name, value in found.values.items()}

    # --- kfuncs --------------------------------------------------------------------------------

    @property
    def has_ids(self) -> bool:
        """Whether the file can say which functions are kfuncs: a bare .BTF section cannot."""
        return self._image is not None and self._image.section(ids.SECTION) is not None

    @cached_property
    def id_sets(self) -> tuple[IdSet, ...]:
        """The sets of ids with flags in the file."""
        return ids.id_sets(self._image, frozenset(self._ids(FUNC))) if self._image else ()

    @cached_property
    def tagged(self) -> frozenset[str]:
        """The functions that BTF itself says are kfuncs; none where the tools that made it write no tags."""
        words, starts = self._blob.words, compress(self._blob.starts, self._among((DECL_TAG,)))
        places = {*self._places(TAG)}
        return frozenset(self.type(words[at + 2]).name for at in starts if words[at] in places)

    def members(self, group: IdSet) -> frozenset[str]:
        """The names of the functions in a set of ids."""
        return frozenset(self.type(number).name for number, _ in group.pairs)

    def kfuncs(self) -> Mapping[str, int]:
        """The KF_ flags of the file's kfuncs by name, the base's not included."""
        return self._flags

    @cached_property
    def _flags(self) -> Mapping[str, int]:
        return {self.type(number).name: flags for number, flags in self._pairs.items()}

    @cached_property
    def kfunc_prototypes(self) -> tuple[Function, ...]:
        """The prototypes of the same."""
        return tuple(self._function(self.type(number)) for number in self._pairs)

    @cached_property
    def _pairs(self) -> Mapping[int, int]:
        """Before Linux 6.9 no set was marked as one of kfuncs; then all sets are looked at."""
        marked = [group for group in self.id_sets if group.marks & ids.KFUNCS]
        return dict(pair for group in marked or self.id_sets for pair in group.pairs if pair[0])


def _value(found: Type, member: tuple[int, ...]) -> int:
    """The flag of an enum says that its values are signed."""
    bits = 32 if found.kind == ENUM else 64
    value = member[1] | (member[2] << 32 if found.kind == ENUM64 else 0)
    return value - (1 << bits) if found.flag and value >> (bits - 1) else value


def _open(path: Path, name: str) -> _File:
    with path.open("rb") as file:
        head = file.read(len(elf.MAGIC))
        if is_btf(head):
            return _File(head + file.read())
        if head != elf.MAGIC:
            raise broken(name, "it is neither an ELF file nor BTF")
        image = Elf(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)
    btf = image.data(".BTF")
    if not btf:
        raise broken(
            name, "it has no .BTF section", "build the kernel or module with CONFIG_DEBUG_INFO_BTF=y"
        )
    return _File(btf, image.data(".BTF.base"), image)
