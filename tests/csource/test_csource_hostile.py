# SPDX-License-Identifier: GPL-2.0-only
"""A file may hold anything: the reader, and the rules for C that go by it, answer all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiter.csource.parse import LARGEST
from kiter.csource.source import Source
from kiter.lint.source.check import check
from kiter.target.profile import profile
from tools import corpus

ERRORS = Path(__file__).parents[1] / "errors/source"
SOURCES = (ERRORS, corpus.FOLDER, Path(__file__).parents[2] / "out/7.3/kernel/bpf")
FILES = tuple(path.read_text("utf-8") for folder in SOURCES for path in sorted(folder.rglob("*.c")))
PIECES = (
    "__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)\n{\n",
    "__bpf_kfunc void bpf_iter_x_next(",
    "struct bpf_iter_x {\n\tu64 __opaque[99999999999];\n} __aligned(8);\n",
    "struct bpf_iter_x_kern {",
    "enum {\n\tA = 1 << 999999999,\n};\n",
    "BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | ",
    *(
        "BTF_KFUNCS_START(ids)\n",
        "#ifdef CONFIG_X\n",
        "#endif\n",
        "#define A ",
        "\tswitch (flags) {\n\tcase A | ",
    ),
    *("goto out;", "out:", "if (", "else", "for (;;", "kit->", "= NULL", "return", "sizeof(", "A(", "\n"),
    *("/*", "*/", "}", "{", ")", "\\\n", "\0", "\r", '"', "'", "(" * 400, "#if A\n" * 400),
)


@st.composite
def mangled(draw) -> str:
    """A file with iterators, cut and spliced."""
    text = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=10))
        text = draw(
            st.sampled_from(
                [text[:at] + text[to:], text[:at] + piece + text[at:], text[:at] + piece + text[to:]]
            )
        )
    return text


def asked(source: Source) -> None:
    """All that a file can be asked."""
    for function in (*source.functions.values(), *source.prototypes.values()):
        assert function.prototype.name == function.name
        assert 0 <= function.item.first <= function.item.start <= function.item.last < len(source.lines)
    for function in source.functions.values():
        assert function.labels is not None and (function.doc is None or function.doc.parameters is not None)
    assert all(struct.layout.size >= 0 for struct in source.structs.values())
    assert all(enum.values is not None for enum in source.enums)
    assert all(one.row < len(source.lines) for one in source.invoked)
    assert all(one.first <= one.last < len(source.lines) for one in source.ids)
    assert len(source.conditionals.options) == len(source.lines)
    assert source.macros is not None and source.id_sets is not None


@given(text=mangled())
@settings(max_examples=150, deadline=None)
def test_whatever_a_file_holds_it_can_be_asked(text):
    asked(Source("x.c", text))


@given(text=mangled())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rules_look_at_anything(tmp_path, text):
    path = tmp_path / "x.c"
    path.write_text(text, encoding="utf-8", errors="replace")
    _, found = check([str(path)], profile("7.3"))
    lines = path.read_text("utf-8", "replace").split("\n")
    assert all(one.at.line <= len(lines) for one in found)


DEEP = 50_000
LONG = {
    "conditions": "#if CONFIG_A\n" * DEEP + "#endif\n" * DEEP,
    "brackets": "x(" * DEEP,
    "braces": "{" * DEEP,
    "functions": "int a(void)\n{\n" * DEEP,
    "ids": "BTF_KFUNCS_START(a)\nBTF_ID_FLAGS(func, a, " * (DEEP // 3),
    "macros": "A(\n" * DEEP,
    "strings": '"\\\n' * DEEP + "'" * DEEP,
}


@pytest.mark.parametrize("name", LONG)
def test_long_files_neither_exhaust_the_stack_nor_take_for_ever(name):
    asked(Source("x.c", FILES[0] + LONG[name]))


def test_a_file_that_is_no_source_of_an_iterator_is_refused(tmp_path):
    path = tmp_path / "x.c"
    path.write_text("bpf_iter_\n" * (LARGEST // 10 + 1))
    with pytest.raises(Exception, match="File too large") as caught:
        check([str(path)], profile("7.3"))
    assert caught.type.__name__ == "KiterError"
