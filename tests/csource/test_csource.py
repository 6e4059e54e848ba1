# SPDX-License-Identifier: GPL-2.0-only
"""What the reader says of a file of kernel C."""

from __future__ import annotations

import pytest

from kiter.btf.types import Function, Member, Parameter
from kiter.csource import comments, id_sets, parse
from kiter.csource.conditionals import Conditionals
from kiter.csource.enum import number
from kiter.csource.source import Source

FILE = """\
// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>

#define LIMIT 3 /* at most */
#define TWICE(x) ((x) * 2)

/* what programs see */
struct bpf_iter_x {
	__u64 __opaque[2];
	const char *name;
} __attribute__((aligned(8)));

enum x_flags {
	X_ALL, /* X_NONE = 7, */
	X_SOME = 1 << 4,
	X_MORE,
	X_OTHER = LIMIT,
	X_UNKNOWN,
};

#ifdef CONFIG_CGROUPS
__bpf_kfunc_start_defs();

/**
 * bpf_iter_x_new() - begin a walk
 * @it: the iterator,
 *      on the stack
 * @flags: what to visit
 */
__printf(2, 0)
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it /* not NULL */,
				unsigned flags, ...)
{
	switch (flags) {
	case X_SOME | X_ALL:
	case X_ALL:
		return 0;
	default:
		return -EINVAL;
	}
}

__bpf_kfunc_end_defs();
#endif

static struct task_struct *helper(void) { return NULL; }
extern struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it) __ksym;

BTF_KFUNCS_START(x_ids)
#if IS_ENABLED(CONFIG_NET) && !defined(CONFIG_MMU)
BTF_ID_FLAGS(func, bpf_iter_x_new,
		KF_ITER_NEW | KF_RCU)
#endif
/* BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT) */
BTF_ID_FLAGS(func, helper)
BTF_KFUNCS_END(x_ids)
"""


@pytest.fixture
def source() -> Source:
    return Source("x.c", FILE)


def row(source: Source, begin: str) -> int:
    return next(at for at, line in enumerate(source.lines) if line.startswith(begin))


def test_functions_with_their_prototypes(source):
    new = source.functions["bpf_iter_x_new"]
    handle, flags = Parameter("it", "struct bpf_iter_x *"), Parameter("flags", "unsigned int")
    assert new.prototype == Function(new.name, "int", (handle, flags, Parameter("", "...")))
    assert source.functions["helper"].prototype == Function("helper", "struct task_struct *", ())
    declared = source.prototypes["bpf_iter_x_next"].prototype
    assert declared == Function("bpf_iter_x_next", "struct task_struct *", (handle,))
    assert [name for name, function in source.functions.items() if function.kfunc] == ["bpf_iter_x_new"]


def test_functions_with_what_is_said_of_them(source):
    new = source.functions["bpf_iter_x_new"]
    assert new.doc is not None and new.doc.summary == "begin a walk"
    assert new.doc.parameters == {"it": "the iterator, on the stack", "flags": "what to visit"}
    assert new.doc.row == row(source, "/**")
    assert source.functions["helper"].doc is None


def test_where_a_definition_begins_and_ends(source):
    item = source.functions["bpf_iter_x_new"].item
    assert (item.first, item.start) == (row(source, "/**"), row(source, "__printf"))
    assert source.lines[item.last] == "}" and item.last < row(source, "__bpf_kfunc_end_defs")
    assert [item.kind for item in source.definitions] == ["macro"] * 2 + ["type"] * 2 + ["function"] * 2


def test_the_values_that_switches_tell_apart(source):
    assert source.functions["bpf_iter_x_new"].labels == ("X_ALL", "X_ALL | X_SOME")


def test_structs_are_laid_out(source):
    found = source.structs["bpf_iter_x"].layout
    assert (found.size, found.alignment) == (24, 8)
    assert found.members == (Member("__opaque", "__u64[2]", 0), Member("name", "const char *", 128))


def test_enums_up_to_a_value_that_is_no_number(source):
    (enum,) = source.enums
    assert (enum.name, enum.values) == ("x_flags", {"X_ALL": 0, "X_SOME": 16, "X_MORE": 17})


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("0x10UL", 16), ("(1U << 16)", 65536), ("-1", -1), ("1 << 64", None), ("1 + 1", None)],
)
def test_numbers(text, value):
    assert number(text) == value


def test_macros_and_what_stands_outside_of_functions(source):
    assert [(macro.name, macro.value) for macro in source.macros] == [("LIMIT", "3"), ("TWICE", "((x) * 2)")]
    invoked = [(one.name, one.arguments) for one in source.invoked]
    assert invoked[0] == ("__bpf_kfunc_start_defs", ()) and ("BTF_KFUNCS_START", ("x_ids",)) in invoked
    assert source.invoked[1].row == row(source, "__bpf_kfunc_end_defs")


def test_ids_and_their_sets(source):
    (ids,) = source.id_sets
    assert (ids.name, ids.ids) == ("x_ids", source.ids)
    new, helper = source.ids
    assert (new.name, new.flags, new.iterator) == ("bpf_iter_x_new", {"KF_ITER_NEW", "KF_RCU"}, True)
    assert (new.last - new.first, helper.name, helper.flags) == (1, "helper", frozenset())


def test_a_list_of_ids_ends_with_what_is_no_id():
    lines = [
        "BTF_ID_LIST(x)",
        "BTF_ID(func, a)",
        "#ifdef CONFIG_B",
        "BTF_ID_UNUSED",
        "#endif",
        "",
        "BTF_ID(func, b)",
    ]
    assert id_sets.lists(lines, "x") == (id_sets.IdList(0, 4, ("a",)),)
    assert id_sets.lists(lines, "y") == ()


def test_the_options_around_a_row(source):
    new, conditionals = source.functions["bpf_iter_x_new"].item.start, source.conditionals
    assert conditionals.options[new] == {"CONFIG_CGROUPS"}
    assert [one.spelled for one in conditionals.around(new)] == ["#ifdef CONFIG_CGROUPS"]
    assert conditionals.behind(new) == row(source, "#endif") + 1
    assert conditionals.options[source.ids[0].first] == {"CONFIG_NET"}
    assert not conditionals.options[source.ids[1].first]


def test_an_else_asks_for_nothing():
    lines = ["#ifdef CONFIG_A", "a", "#else", "b", "#endif", "#ifndef CONFIG_B", "c", "#endif"]
    assert [*map(set, Conditionals(lines).options)][1:7:2] == [{"CONFIG_A"}, set(), set()]


def test_conditionals_of_makefiles():
    lines = ["ifeq ($(CONFIG_A),y)", "obj-y += a.o", "endif"]
    assert [(one.first, one.last) for one in Conditionals(lines, make=True).every] == [(0, 2)]


def test_strings_hold_no_comments():
    assert comments.blanked('f("/* a", \'"\', "\\"//"); /* b */ // c') == (
        'f("/* a", \'"\', "\\"//");' + " " * len(" /* b */ // c")
    )


def test_functions_behind_code_that_is_broken_are_found():
    text = "int a(void)\n{\n\tif (x) {\n}\n\n__bpf_kfunc int b(int x)\n{\n\treturn x;\n}\n"
    assert Source("", text).functions["b"].prototype.parameters == (Parameter("x", "int"),)


def test_what_is_nested_too_deeply_is_blanked_out_and_the_rest_is_not():
    deep = "x(" * (parse.DEEPEST + 10) + ")" * (parse.DEEPEST + 10)
    source = Source("", f"int a(void)\n{{\n\t{deep};\n}}\n\nint b(void)\n{{\n}}\n")
    assert {*source.functions} == {"a", "b"}
    assert (source.root.text or b"").count(b"x(") == parse.DEEPEST - 1  # the body has a bracket, too
    assert Source("", FILE).root.text == parse.parse(FILE.encode()).root_node.text


def test_a_comment_holds_no_conditional():
    text = "/*\n#ifdef CONFIG_X\n*/\nint f(void)\n{\n\treturn 0;\n}\n/*\n#endif\n*/\n"
    assert Source("x.c", text).conditionals.every == ()
