# SPDX-License-Identifier: GPL-2.0-only
"""The interface that the emitted C declares, read from its text: no headers, no compiler.

Only C as kiter emits it is understood; tests compare this with the BTF of the compiled module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiter.btf.types import Function, Member, Parameter, Struct
from kiter.sync.interface import FLAGS_OF, Interface, explicit, flags_text, layout, prototype

_DOCUMENTED = re.compile(r"^ \* \* %([A-Z]\w+):", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_KFUNC = re.compile(r"^__bpf_kfunc\s+([^;{}()]*?)(\w+)\(([^;{}]*?)\)\s*\{", re.MULTILINE)
_FLAGS = re.compile(r"BTF_ID_FLAGS\(func,\s*(\w+)\s*(?:,\s*([^)]*))?\)")
_STRUCT = re.compile(r"^struct (bpf_iter_\w+) \{\n(.*?)^\}([^;]*);", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(r"\s*([^;\[]+?)(\w+)(\[(\d+)\])?;")
_ENUM = re.compile(r"^enum(?: \w+)? \{\n(.*?)^\};", re.MULTILINE | re.DOTALL)
_CASE = re.compile(r"\bcase ([A-Z][A-Z0-9_| ]*):")

_SIZES = {
    1: ("bool", "char", "u8", "s8", "__u8", "__s8"),
    2: ("u16", "s16", "__u16", "__s16"),
    4: ("int", "unsigned int", "u32", "s32", "__u32", "__s32", "pid_t"),
    8: ("long", "unsigned long", "size_t", "u64", "s64", "__u64", "__s64"),
}
SIZE_OF = {name: size for size, names in _SIZES.items() for name in names}


def read(unit: str, name: str) -> Interface:
    """The interface of the iterator `name` in C that holds its kfuncs and their ids."""
    code = _COMMENT.sub(" ", unit)
    flags = _flags(code)
    facts: dict[str, str] = {}
    for function in _functions(code):
        facts[function.name] = prototype(explicit(function, flags.get(function.name, ())))
    facts |= {f"{FLAGS_OF}{function}": flags_text(given) for function, given in flags.items()}
    facts |= {f"struct {s.name}": layout(s) for s in _structs(code) if s.name == f"bpf_iter_{name}"}
    defined = {key: str(value) for body in _ENUM.findall(code) for key, value in _values(body)}
    used = {word for label in _CASE.findall(code) for word in re.split(r"[\s|]+", label) if word}
    used |= {f"struct bpf_iter_{name}", *_DOCUMENTED.findall(unit)}
    return Interface(facts | defined, frozenset(used) - facts.keys() - defined.keys())


def _flags(code: str) -> dict[str, frozenset[str]]:
    """The flags by function; it is the same in each set that holds it, or the kernel refuses them."""
    found: dict[str, frozenset[str]] = {}
    for function, given in _FLAGS.findall(code):
        flags = frozenset(filter(None, re.split(r"[\s|]+", given)))
        assert found.setdefault(function, flags) == flags, f"{function} has different flags in two sets"
    return found


def _functions(code: str) -> Iterator[Function]:
    for returns, name, parameters in _KFUNC.findall(code):
        given = [" ".join(p.split()) for p in parameters.split(",")]
        yield Function(name, returns.strip(), tuple(_parameter(p) for p in given if p != "void"))


def _parameter(text: str) -> Parameter:
    name = re.search(r"\w+$", text)
    assert name, f"a parameter without a name: {text}"
    return Parameter(name.group(), text[: name.start()].strip())


def _structs(code: str) -> Iterator[Struct]:
    for name, body, attributes in _STRUCT.findall(code):
        members: list[Member] = []
        size = alignment = 0
        for base, member, brackets, count in _MEMBER.findall(body):
            each = 8 if base.endswith("*") else SIZE_OF.get(base.strip(), 0)
            alignment = max(alignment, each)
            size = -(-size // max(each, 1)) * each
            members.append(Member(member, base.strip() + brackets, 8 * size))
            size += each * int(count or 1)
        wanted = max(alignment, 8 if "aligned(8)" in attributes.replace(" ", "") else 1)
        yield Struct(name, -(-size // wanted) * wanted, alignment, tuple(members))


def _values(body: str) -> Iterator[tuple[str, int]]:
    """Names with their values; one without a value is its predecessor's and one."""
    following = 0
    for part in body.split(","):
        name, _, given = (word.strip() for word in part.partition("="))
        if name:
            value = _number(given) if given else following
            yield name, value
            following = value + 1


def _number(text: str) -> int:
    """A number, or one shifted: `7`, `0x10`, `1U << 16`."""
    number, _, shift = (re.sub(r"[UuLl]+$", "", word.strip()) for word in text.partition("<<"))
    return int(number, 0) << int(shift or "0", 0)
