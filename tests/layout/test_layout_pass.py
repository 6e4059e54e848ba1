# SPDX-License-Identifier: GPL-2.0-only
"""The layout pass: what a template writes on one line at any margin, as a kernel developer has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiter.layout import Widths, authored, layout
from kiter.layout.columns import HARD, width

OUT = Path(__file__).parents[2] / "out"
FILES = sorted(path for ending in ("c", "h") for path in OUT.rglob(f"*.{ending}"))
FUNCTION = re.compile(r"^\{\n.*?^\}", re.MULTILINE | re.DOTALL)


def widths(path: Path) -> Widths:
    """As render.py has them for the template of a file."""
    if "/verifier.c.d/" in path.as_posix():
        return Widths(HARD, HARD)
    return Widths(statement=HARD) if "/selftests/bpf/" in path.as_posix() else Widths()


def body(*lines: str) -> str:
    return "\n".join(("void f(void)", "{", *lines, "}"))


# --- what is laid out stays ------------------------------------------------------------------------


def test_what_is_generated_is_laid_out_already():
    assert FILES
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert layout(text, widths(path)) == text, path


def test_the_margin_of_a_template_does_not_matter():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if "\\\n" not in text and "verifier" not in path.as_posix():
            moved = FUNCTION.sub(lambda found: found[0].replace("\n\t", "\n\t\t\t"), text)
            assert layout(moved, widths(path)) == text, path


NAMES = st.text("abcdefgh_", min_size=1, max_size=40)
VALUES = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("{}({})".format, NAMES, st.lists(inner, max_size=4).map(", ".join)),
        st.builds("{} && {}".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=8,
)
SIMPLE = st.one_of(
    st.builds("{} = {};".format, NAMES, VALUES),
    st.builds("{} = {} ? {} : {};".format, NAMES, NAMES, VALUES, VALUES),
    st.builds("return {};".format, VALUES),
    st.builds("/* {} */".format, st.lists(NAMES, min_size=1).map(" ".join)),
    st.builds("struct {} *{};".format, NAMES, NAMES),
    st.just(""),
)
STATEMENTS = st.recursive(
    st.lists(SIMPLE, max_size=3).map("\n".join),
    lambda inner: st.one_of(
        st.builds("if ({}) {{\n{}\n}} else {{\n{}\n}}".format, VALUES, inner, inner),
        st.builds("if ({})\nreturn;\nelse\nbreak;\n{}".format, VALUES, inner),
        st.builds("switch ({}) {{\ncase A:\n{}\nbreak;\n}}".format, NAMES, inner),
        st.builds("do {{\n{}\n}} while ({});".format, inner, VALUES),
    ),
    max_leaves=6,
)


@given(STATEMENTS)
def test_it_changes_nothing_the_second_time(statements):
    once = layout(body(statements))
    assert layout(once) == once


@given(STATEMENTS)
def test_no_statement_is_lost(statements):
    """Comments are filled, and a choice may become an if: apart from that the tokens are the same."""
    kept = re.sub(r"/\*.*?\*/|[^\n?]* = \w+ \? .*", "", statements)
    found = layout(body(kept))
    assert sorted(re.findall(r"\S", found)) == sorted(re.findall(r"\S", body(kept)))


# --- nesting ---------------------------------------------------------------------------------------

# ruff: noqa: E101 - tabs are what it is about
NESTED = """\
int f(int a)
{
	int b;

	if (a)
		b = 1;
	else if (b)
		b = 2;
	else
		b = 3;
	list_for_each_entry(pos, head, node)
		if (a)
			b++;
		else
			b--;
	for (;;) {
		switch (a) {
		case 1:
		case 2 | 4:
			if (b)
				goto out;
			break;
		default:
			return f(b) ? 1 : 2;
		}
#ifdef CONFIG_A
		do {
			/*
			 * of several lines
			 */
			a--; /* beside { it */
		} while (a > '{');
#endif
	}
	return 0;
out:
	return strlen("){");
}

static const struct row rows[] = {
	{ "a", { 1, 2 } },
	{
		.name = "b",
		.values = { 3 },
	},
};

enum {
	FIRST = 1,
	LAST
};
"""


def test_nesting_is_found_again_at_any_margin():
    assert layout(NESTED) == NESTED
    flat = re.sub(r"^\t+", "", NESTED, flags=re.MULTILINE)
    assert layout(flat) == NESTED


@pytest.mark.parametrize("name", ["elsewhere", "do_it", "undo", "case_of", "default_of"])
def test_a_name_that_begins_or_ends_like_a_keyword_is_a_name(name):
    lines = ("\tfor (;;)", "\t\tif (a)", "\t\t\tb();", f"\t{name}();", f"\t{name} = a +", f"\t\t{name};")
    assert layout(body(*lines), Widths()) == body(*lines)


def test_a_fragment_stays_where_it_joins_a_function():
    text = "\t\t\tif (a) {\n\t\t\t\tret = b(env);\n\t\t\t\tif (ret)\n\t\t\t\t\treturn ret;\n\t\t\t}\n"
    assert layout(text) == text


def test_lines_of_an_author_keep_their_layout():
    long = "z  =  a_very_long_name_of_a_function(with_an_argument, and_another_argument_of_it);"
    rows = f'if (x)\n    y = "{{";\n\n\n{long}'
    laid_out = layout(body("if (a) {", authored(rows), "}", "b = 1;"))
    assert laid_out == body(
        "\tif (a) {",
        "\t\tif (x)",
        '\t\t\ty = "{";',
        "",
        "",
        f"\t\t{long}",
        "\t}",
        "\tb = 1;",
    )


def test_the_lines_of_a_statement_move_together():
    text = body("\tif (a) {", "x = call_of(one,", "\t    two);", "\t}")
    assert layout(text) == body("\tif (a) {", "\t\tx = call_of(one,", "\t\t\t    two);", "\t}")


TABLE = """\
static const struct row rows[] = {
	{ .name = "a" },
	{
		.name = "CSS_TASK_ITER_PROCS",
		.expect = members,
		.values = { 1, 2 },
		.empties = true,
	},
};
"""


def test_an_item_of_a_table_that_is_too_long_has_a_line_for_each_member():
    item = '{ .name = "CSS_TASK_ITER_PROCS", .expect = members, .values = { 1, 2 }, .empties = true },'
    text = f'static const struct row rows[] = {{\n{{ .name = "a" }},\n{item}\n}};\n'
    assert layout(text, Widths(statement=HARD)) == TABLE


# --- width -----------------------------------------------------------------------------------------

BROKEN = {
    "a call": (
        "kit->pos = list_first_or_null_rcu(&task->signal->thread_head, struct task_struct, thread_node);",
        "kit->pos = list_first_or_null_rcu(&task->signal->thread_head,\n"
        "\t\t\t\t\t  struct task_struct, thread_node);",
    ),
    "operators": (
        "if (data->pos == data->first_of_the_ring || (data->pos == &anchor_of_ring && data->wrapped))",
        "if (data->pos == data->first_of_the_ring ||\n\t    (data->pos == &anchor_of_ring && data->wrapped))",
    ),
    "a choice that fits": (
        "kit->pos = kit->pos ? a_rather_long_function(kit->pos, kit->start) : kit->the_other_start;",
        "kit->pos = kit->pos ? a_rather_long_function(kit->pos, kit->start) : kit->the_other_start;",
    ),
    "a choice on two lines": (
        "kit->pos = kit->pos ? css_next_descendant_post(kit->pos, kit->start) : "
        "css_leftmost_descendant(kit->start);",
        "kit->pos = kit->pos ? css_next_descendant_post(kit->pos, kit->start) :\n"
        "\t\t\t      css_leftmost_descendant(kit->start);",
    ),
    "a choice that is too long": (
        "kit->pos = kit->pos ? a_function_of_a_long_name_that_steps(kit->pos->node.next, kit->the_start) : "
        "kit->first;",
        "if (kit->pos) {\n"
        "\t\tkit->pos = a_function_of_a_long_name_that_steps(kit->pos->node.next,\n"
        "\t\t\t\t\t\t\t\tkit->the_start);\n"
        "\t} else {\n\t\tkit->pos = kit->first;\n\t}",
    ),
    "a comment": (
        "/* a comment that has more to say than there is room for in the eighty columns of one line */",
        "/*\n\t * a comment that has more to say than there is room for in the eighty\n"
        "\t * columns of one line\n\t */",
    ),
    "a call of two columns too many": (
        "do_something_with_what_is_there(a_first_argument_of_it, a_second_argument_of_it);",
        "do_something_with_what_is_there(a_first_argument_of_it, a_second_argument_of_it);",
    ),
}


@pytest.mark.parametrize(("given_line", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_long_statement(given_line, expected):
    assert layout(body(given_line)) == body("\t" + expected)


def test_a_prototype_gives_its_type_a_line_only_where_it_must():
    first = "__bpf_kfunc int bpf_iter_name_new(struct bpf_iter_name *it,"
    rest = "struct task_struct *task, u64 start)\n"
    assert layout(f"{first} {rest}") == f"{first}\n\t\t\t\t  {rest}"
    ctype = "__bpf_kfunc struct a_struct_of_a_rather_long_name *"
    rest = "bpf_iter_of_a_rather_long_name_next(struct bpf_iter_of_a_rather_long_name *it)\n"
    assert layout(ctype + rest) == f"{ctype}\n{rest}"


def test_a_set_reads_as_a_table():
    ninety = f"BTF_ID_FLAGS(func, bpf_iter_{'x' * 30}_new, KF_ITER_NEW | KF_RCU_PROTECTED)\n"
    assert layout(ninety) == ninety
    longer = ninety.replace("KF_RCU_", "KF_TRUSTED_ARGS | KF_RCU_")
    assert layout(longer) == longer.replace(", KF_ITER", ",\n\t     KF_ITER")


def test_no_limit_for_what_cannot_be_broken():
    line = f'\treturn "{"x" * 100}";'
    assert layout(body(line)) == body(line)
    assert max(width(row) for row in layout(body(line)).split("\n")) > HARD


# --- order and blank lines --------------------------------------------------------------------------


def test_the_longest_declaration_comes_first_behind_what_it_needs():
    text = body(
        "u64 id;",
        "struct x *pos = kit->pos;",
        "struct x_kern *kit = (void *)it;",
        "int pos_of;",
        "",
        "id = 1;",
    )
    assert layout(text) == body(
        "\tstruct x_kern *kit = (void *)it;",
        "\tstruct x *pos = kit->pos;",
        "\tint pos_of;",
        "\tu64 id;",
        "",
        "\tid = 1;",
    )


def test_members_keep_their_order():
    text = "struct x {\n\tint a;\n\tstruct y *long_name;\n};\n"
    assert layout(text) == text


def test_blank_lines():
    assert layout("\n".join(("int a;", "", "", body("", "a = 1;", "", "", "b = 2;", "")))) == (
        "int a;\n\n" + body("\ta = 1;", "", "\tb = 2;")
    )


def test_a_sum_that_is_too_long_is_broken_behind_its_operators():
    words = " + ".join(f"(u64)pos->the_number_of_it[{n}].nr" for n in range(4))
    lines = layout(body(f"id = {words};", f"nr += {words} == id;")).splitlines()
    assert max(map(width, lines)) <= 80 and len(lines) == 11
    assert all(line.endswith((" +", ";", " ==")) for line in lines[2:-1])


def test_the_one_argument_of_a_call_is_broken_where_the_call_is_too_long():
    one = f"rcu_dereference(find_the_next_one_of_them({', '.join(f'the_argument_nr_{n}' for n in range(6))}))"
    lines = layout(body(f"pos = {one};")).splitlines()
    assert max(map(width, lines)) <= 80 and len(lines) == 9
