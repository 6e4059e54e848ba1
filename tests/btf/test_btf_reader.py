# SPDX-License-Identifier: GPL-2.0-only
"""Types, prototypes, values and kfuncs come out of BTF as they went in, whatever wrote it."""

from __future__ import annotations

import re
import struct
import subprocess

import pytest
from btf_compiled import compiled_object
from btf_writer import Writer, elf_file

from kiter import tools
from kiter.btf import flags, kinds
from kiter.btf.reader import Btf
from kiter.btf.types import Function, Member, Parameter, Struct
from kiter.errors import KiterError


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """What clang says of the C in btf_compiled.py."""
    path = tmp_path_factory.mktemp("btf") / "x.o"
    path.write_bytes(compiled_object())
    return Btf.of(path)


def test_prototypes_are_spelled_as_in_c(compiled):
    assert compiled.function("take") == Function(
        "take",
        "struct list *",
        (
            Parameter("one", "struct list *"),
            Parameter("words", "const u64 *"),
            Parameter("names", "const char *const *"),
            Parameter("flag", "bool"),
            Parameter("n", "unsigned long"),
        ),
    )
    assert compiled.function("sort") == Function(
        "sort",
        "void",
        (
            Parameter("by", "compare_t"),
            Parameter("each", "int (*)(const char *, ...)"),
            Parameter("table", "u64 (*)[4]"),
            Parameter("spin", "volatile int *"),
            Parameter("o", "enum order"),
        ),
    )


def test_structs_have_size_alignment_and_members(compiled):
    assert compiled.struct("list") == Struct(
        "list", 16, 8, (Member("next", "struct list *", 0), Member("prev", "struct list **", 64))
    )
    assert compiled.struct("narrow") == Struct(
        "narrow",
        12,
        4,
        (Member("a", "int", 0, 3), Member("b", "unsigned int", 3, 29), Member("c", "char[5]", 32)),
    )
    both = compiled.struct("both")
    assert (both.size, both.alignment, both.union) == (8, 8, True)
    assert both.members[1].type == "struct {...}"


def test_members_of_what_has_no_name_are_reached_as_in_c(compiled):
    reached = compiled.flat("nested").members
    assert [(m.name, m.offset) for m in reached] == [("a", 0), ("b", 64), ("c", 96), ("d", 64), ("f", 128)]
    assert compiled.flat("both") == compiled.struct("both")
    assert compiled.flat("take") is None


def test_enumerators_keep_their_signs(compiled):
    assert compiled.enum("order").values == {"DOWN": -2, "UP": 7}
    assert compiled.enum("wide").values == {"HUGE": 1 << 63}
    assert compiled.enumerators()["NAMELESS"] == 3


def test_what_is_not_there_is_none(compiled):
    assert compiled.function("list") is None
    assert compiled.struct("take") is None
    assert compiled.enum("list") is None
    assert compiled.kfuncs() == {}
    assert not compiled.has_ids
    assert compiled.mentions("take") and not compiled.mentions("tak")


def test_a_module_refers_to_its_kernel():
    kernel = Writer()
    u64 = kernel.add(kinds.INT, "u64", 8, 64)
    base = Btf(kernel.raw())
    module = Writer(first=base.count, before=len(kernel.strings), strings=b"")
    kernel_name = kernel.string("u64")
    pointer = module.add(kinds.PTR, "", u64)
    proto = module.add(kinds.FUNC_PROTO, "", u64, kernel_name, pointer, count=1)
    module.add(kinds.FUNC, "own", proto)
    found = Btf(module.raw(), base)
    assert found.function("own") == Function("own", "u64", (Parameter("u64", "u64 *"),))
    assert found.functions() == {"own"}
    with pytest.raises(KiterError, match="part of another's"):
        Btf(module.raw())


def test_a_module_with_a_base_of_its_own_needs_no_other(tmp_path):
    kernel = Writer()
    integer = kernel.add(kinds.INT, "int", 4, 32)
    module = Writer(first=2, before=len(kernel.strings), strings=b"")
    module.add(kinds.FUNC, "own", module.add(kinds.FUNC_PROTO, "", integer))
    (tmp_path / "x.ko").write_bytes(elf_file({".BTF": module.raw(), ".BTF.base": kernel.raw()}))
    assert Btf.of(tmp_path / "x.ko").function("own").returns == "int"
    whole = Writer()
    whole.add(kinds.ENUM, "", 4, *whole.named("FLAG", 3), count=1)
    found = Btf.of(tmp_path / "x.ko", Btf(whole.raw()))
    assert found.function("own").returns == "int"
    assert found.enumerators() == {"FLAG": 3}


@pytest.mark.parametrize("order", ["<", ">"])
def test_either_byte_order_is_read(order, tmp_path):
    made = Writer(order)
    proto = made.add(kinds.FUNC_PROTO, "", made.add(kinds.INT, "int", 4, 32))
    number = made.add(kinds.FUNC, "one", proto)
    ids = struct.pack(f"{order}6I", 7, 1, 1, number, 1 << 8 | 1 << 16, 9)
    raw = elf_file({".BTF": made.raw(), ".BTF_ids": ids}, {"__BTF_ID__set8__some": (2, 4)}, order)
    (tmp_path / "vmlinux").write_bytes(raw)
    found = Btf.of(tmp_path / "vmlinux")
    assert found.function("one").returns == "int"
    assert flags.names(found.kfuncs()["one"]) == ("KF_ITER_NEW", "KF_IMPLICIT_ARGS")


def test_a_kind_of_a_later_kernel_is_stepped_over():
    made = Writer()
    made.add(99, "novel", 0, 1, 2, 3, 4, 5, count=2)
    made.add(kinds.INT, "int", 4, 32)
    layout = bytes(4 * 99) + struct.pack("<BBH", 4, 8, 0)
    assert Btf(made.raw(layout)).spelled(2) == "int"
    with pytest.raises(KiterError, match="type 1 is of kind 99"):
        Btf(made.raw())


# --- a real kernel -------------------------------------------------------------------------------


def test_every_bit_of_this_kernels_headers_has_its_name(headers):
    text = headers.source("include/linux/btf.h").read_text()
    defined = {int(bit): name for name, bit in re.findall(r"#define\s+(KF_\w+)\s+\(1 << (\d+)\)", text)}
    assert len(defined) > 10
    assert {bit: flags.FLAGS.get(bit) for bit in defined} == defined


def test_reading_agrees_with_bpftool(headers):
    bpftool = tools.require("bpftool").path
    cmd = [bpftool, "btf", "dump", "file", str(headers.vmlinux)]
    said = subprocess.run(cmd, capture_output=True, text=True, check=True).stdout
    found = headers.btf
    assert found.count - 1 == len(re.findall(r"^\[\d+\]", said, re.MULTILINE))
    assert found.functions() == set(re.findall(r"^\[\d+\] FUNC '(\w+)'", said, re.MULTILINE))
    structs = dict(re.findall(r"^\[\d+\] STRUCT '(\w+)' size=(\d+)", said, re.MULTILINE))
    sample = [name for name in structs if name.startswith(("bpf_", "task_", "cgroup"))]
    assert len(sample) > 50
    assert [name for name in sample if found.struct(name).size != int(structs[name])] == []
    values = re.findall(r"^\t'(\w+)' val=(-?\d+)", said, re.MULTILINE)
    enumerators = found.enumerators()
    assert len(values) > 10000
    assert {name for name, _ in values} == set(enumerators)
    assert {enumerators[name] for name, _ in values} <= {int(value) for _, value in values}


def test_kfuncs_are_found_without_symbols_too(headers, tmp_path):
    """As in a kernel that was taken out of a vmlinuz."""
    found = headers.btf
    kept = (".BTF", ".BTF_ids")
    image = elf_file({name: headers.image.data(name) for name in kept})
    (tmp_path / "stripped").write_bytes(image)
    assert found.kfuncs()["bpf_iter_num_next"] & 1 << 9
    assert Btf.of(tmp_path / "stripped").kfuncs() == found.kfuncs()


def test_a_bare_section_knows_no_kfuncs(headers, tmp_path):
    (tmp_path / "btf").write_bytes(headers.image.data(".BTF"))
    found = Btf.of(tmp_path / "btf")
    assert found.function("bpf_iter_num_new") and not found.has_ids
