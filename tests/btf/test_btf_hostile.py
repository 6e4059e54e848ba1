# SPDX-License-Identifier: GPL-2.0-only
"""Whatever a file holds, reading it ends, with what it says or with one error that a user can act on."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from btf_compiled import compiled_object
from btf_writer import Writer, elf_file
from hypothesis import given, settings
from hypothesis import strategies as st

from kiter.btf import kinds
from kiter.btf.elf import Elf
from kiter.btf.reader import Btf
from kiter.errors import KiterError


def sample() -> Writer:
    """A type of every kind."""
    made = Writer()
    integer = made.add(kinds.INT, "int", 4, 1 << 24 | 32)
    pointer = made.add(kinds.PTR, "", integer)
    array = made.add(kinds.ARRAY, "", 0, integer, integer, 4)
    inner = made.add(kinds.STRUCT, "inner", 16, *made.named("a", array, 0), count=1)
    made.add(kinds.UNION, "both", 16, *made.named("one", inner, 0, "two", pointer, 0), count=2)
    made.add(kinds.ENUM, "order", 4, *made.named("UP", 1, "DOWN", -1), count=2, flag=True)
    made.add(kinds.FWD, "later")
    for kind in (kinds.TYPEDEF, kinds.VOLATILE, kinds.CONST, kinds.RESTRICT, kinds.TYPE_TAG):
        pointer = made.add(kind, "alias" if kind in (kinds.TYPEDEF, kinds.TYPE_TAG) else "", pointer)
    proto = made.add(kinds.FUNC_PROTO, "", integer, *made.named("it", pointer, "", 0), count=2)
    function = made.add(kinds.FUNC, "begin", proto, count=1)
    made.add(kinds.VAR, "global", integer, 1)
    made.add(kinds.DATASEC, ".data", 4, 17, 0, 4, count=1)
    made.add(kinds.FLOAT, "double", 8)
    made.add(kinds.DECL_TAG, "bpf_kfunc", function, -1)
    made.add(kinds.ENUM64, "wide", 8, *made.named("HUGE", 0, 1), count=1)
    return made


MADE = sample()
RAW = MADE.raw(bytes(40))
IDS = struct.pack("<5I", 9, 1, 1, 14, 256)
FILE = elf_file({".BTF": RAW, ".BTF_ids": IDS}, {"__BTF_ID__set8__some": (2, 4)})
UNNAMED = elf_file({".BTF": RAW, ".BTF_ids": IDS})


def everything(found: Btf) -> int:
    """Ask for all that can be asked; each answer or KiterError."""
    answers = 0
    names = {"begin", "inner", "both", "order", "wide", "take", "sort", "list"}
    asked = [lambda n=n: (found.spelled(n), found.size(n), found.alignment(n)) for n in range(found.count)]
    asked += [
        lambda n=n, ask=ask: ask(n) for n in names for ask in (found.function, found.struct, found.enum)
    ]
    asked += [found.functions, found.enumerators, found.kfuncs]
    for ask in asked:
        try:
            ask()
            answers += 1
        except KiterError as error:
            assert error.diagnostics[0].code == "R40"
    return answers


def test_the_sample_itself_is_whole(tmp_path):
    for raw in (RAW, FILE, UNNAMED):
        (tmp_path / "x").write_bytes(raw)
        found = Btf.of(tmp_path / "x")
        assert everything(found) == found.count + 24 + 3
        assert found.kfuncs() == ({} if raw is RAW else {"begin": 256})


def changed(raw: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some words overwritten, cut or repeated."""
    word = st.one_of(
        st.sampled_from([0, 1, 2, 5, 0xFFFF, 0xFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF]),
        st.integers(0, 40),
        st.integers(0, 0xFFFFFFFF),
    )
    place = st.integers(0, len(raw) // 4 - 1)

    def apply(edits: list[tuple[int, int]], cut: int, again: bool) -> bytes:
        out = bytearray(raw)
        for at, value in edits:
            out[4 * at : 4 * at + 4] = struct.pack("<I", value)
        return bytes(out[: len(out) - cut] if not again else out + out)

    cut = st.one_of(st.just(0), st.integers(0, len(raw)))
    return st.builds(apply, st.lists(st.tuples(place, word), max_size=6), cut, st.booleans())


FORMS = {
    "section": lambda: RAW,
    "elf": lambda: FILE,
    "elf without symbols": lambda: UNNAMED,
    "of a compiler": compiled_object,
    "of a compiler, section": lambda: Elf(compiled_object(), "x.o").data(".BTF"),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=300)
@given(data=st.data())
def test_broken_files_end_in_one_error(form, data, tmp_path):
    raw = FORMS[form]()
    path = tmp_path / "x"
    path.write_bytes(data.draw(changed(raw)))
    try:
        found = Btf.of(path)
    except KiterError as error:
        assert error.diagnostics[0].at.file == str(path)
    else:
        everything(found)


def endless_pointer() -> Writer:
    made = Writer()
    made.add(kinds.PTR, "", 1)
    return made


def endless_typedef() -> Writer:
    made = Writer()
    made.add(kinds.TYPEDEF, "t", 1)
    return made


def struct_in_itself() -> Writer:
    made = Writer()
    made.add(kinds.STRUCT, "s", 8, *made.named("a", 1, 0), count=1)
    return made


def doubling_prototypes() -> Writer:
    """Each takes the next twice: spelled out, more than there is memory for."""
    made = Writer()
    for number in range(1, 60):
        made.add(kinds.FUNC_PROTO, "", 0, *made.named("a", number + 1, "b", number + 1), count=2)
    made.add(kinds.FUNC_PROTO)
    return made


def doubling_structs() -> Writer:
    made = Writer()
    for number in range(1, 60):
        made.add(kinds.STRUCT, f"s{number}", 8, *made.named("a", number + 1, 0, "b", number + 1, 0), count=2)
    return made


@pytest.mark.parametrize(
    "make", [endless_pointer, endless_typedef, struct_in_itself, doubling_prototypes, doubling_structs]
)
def test_types_without_end_are_refused(make):
    found = Btf(make().raw())
    with pytest.raises(KiterError, match="without end"):
        found.alignment(1), found.spelled(1)


def test_names_without_end_do_not_multiply():
    """Many names that are all the same megabyte would take hours."""
    made = Writer()
    made.strings += b"x" * 1_000_000 + b"\0"
    for _ in range(10_000):
        made.add(kinds.FUNC, "", 0)
    words = [struct.pack("<III", 1, *struct.unpack_from("<II", raw, 4)) for raw in made.types]
    made.types = words
    with pytest.raises(KiterError, match="no string at 1"):
        Btf(made.raw()).functions()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "neither an ELF file nor BTF"),
        (b"#!/bin/sh\n", "neither an ELF file nor BTF"),
        (b"\x7fELF\x01\x01", "no 64-bit ELF file"),
        (elf_file({".text": b"x"}), "no .BTF section"),
        (RAW[:10], "header is cut short"),
        (RAW[:-1], "cut short"),
        (FILE[:-1], "no table of sections"),
    ],
)
def test_each_fault_has_its_words(raw, said, tmp_path: Path):
    (tmp_path / "x").write_bytes(raw)
    with pytest.raises(KiterError, match=said) as told:
        Btf.of(tmp_path / "x")
    assert told.value.status == 2
