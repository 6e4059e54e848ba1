# SPDX-License-Identifier: GPL-2.0-only
"""Rules about elements of lists, sizes and the end of a walk: by what the paths know, however it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter.lint.source.check import check
from kiter.target.profile import profile

CODE = """
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	kit->task = task;
%s	return 0;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct task_struct *pos = kit->pos;

	if (!pos)
		return NULL;
%s	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
"""
FIRST = "\tkit->pos = list_first_entry(&task->children, struct task_struct, sibling);\n"
SAFE = "\tkit->pos = list_first_entry_or_null(&task->children, struct task_struct, sibling);\n"
END = "\tkit->pos = NULL;\n"
STEP = "list_next_entry(pos, sibling)"
RAW = "list_entry(pos->sibling.next, struct task_struct, sibling)"


def told(folder: Path, new: str, step: str, code: str = CODE) -> dict[str, str]:
    """For each of the rules that is told how sure it is."""
    path = folder / "x.c"
    path.write_text(code % (new, step))
    found = check([str(path)], profile("7.3"))[1]
    return {d.code: d.severity for d in found if d.code in {"I02", "I05", "I07", "I12"}}


def either(asked: str, step: str) -> str:
    """A step to the next element, or to the end where something holds."""
    return f"\tif ({asked})\n\t\tkit->pos = NULL;\n\telse\n\t\tkit->pos = {step};\n"


BROKEN = [
    (FIRST, END),
    (SAFE, f"\tkit->pos = {STEP};\n"),
    (SAFE, f"\tkit->pos = {RAW};\n"),
    ("\tif (!list_empty(&task->children))\n\t\treturn 0;\n" + FIRST, END),
    ("\tif (list_empty(&task->thread_group))\n\t\treturn 0;\n" + FIRST, END),
    (SAFE, either("list_is_last(&kit->task->sibling, &kit->task->children)", STEP)),
]


@pytest.mark.parametrize(("new", "step"), BROKEN)
def test_a_head_that_is_returned_as_an_element_is_an_error(tmp_path, new, step):
    assert told(tmp_path, new, step).get("I07") == "error"


ASKED = [
    ("\tif (list_empty(&task->children))\n\t\treturn 0;\n" + FIRST, END),
    ("\tif (!list_empty(&task->children))\n\t" + FIRST, END),
    (SAFE, either("list_is_last(&pos->sibling, &kit->task->children)", STEP)),
    (SAFE, either("pos->sibling.next == &kit->task->children", RAW)),
    (SAFE, either("list_is_last(&pos->sibling, &kit->task->children)", RAW)),
    (FIRST, "\tif (&pos->sibling == &kit->task->children)\n\t\treturn kit->pos = NULL;\n" + END),
    (
        FIRST,
        "\tif (list_entry_is_head(pos, &kit->task->children, sibling)) {\n\t\tkit->pos = NULL;\n"
        f"\t\treturn NULL;\n\t}}\n\tkit->pos = {STEP};\n",
    ),
]


@pytest.mark.parametrize(("new", "step"), ASKED)
def test_a_head_that_was_asked_for_is_none(tmp_path, new, step):
    assert "I07" not in told(tmp_path, new, step)


UNKNOWN = [
    ("\tif (!task->nr_children)\n\t\treturn 0;\n" + FIRST, END),
    (SAFE, either("x_is_last(kit, pos)", STEP)),
]


@pytest.mark.parametrize(("new", "step"), UNKNOWN)
def test_what_another_function_or_a_counter_says_is_not_known(tmp_path, new, step):
    assert told(tmp_path, new, step).get("I07") == "note"


def test_a_ring_of_elements_has_no_head_as_far_as_is_known(tmp_path):
    step = f"\tkit->pos = {RAW};\n\tif (kit->pos == kit->task)\n\t\tkit->pos = NULL;\n"
    assert told(tmp_path, "\tkit->pos = task;\n", step).get("I07") == "note"


SIZES = [
    ("\tkit->size = nr * 8;\n", True),
    ("\tkit->size = nr << 3;\n", True),
    ("\tcopy_in(kit->buf, nr * sizeof(u64));\n", True),
    ("\tif (!nr)\n\t\treturn -EINVAL;\n\tkit->size = nr * 8;\n", True),
    ("\tif (nr > 64)\n\t\treturn -E2BIG;\n\tkit->size = nr * 8;\n", False),
    ("\tif (nr > X_MOST)\n\t\treturn -E2BIG;\n\tkit->size = nr * 8;\n", False),
    ("\tu32 size = nr * 8;\n\n\tif (nr > 64)\n\t\treturn -E2BIG;\n\tkit->size = size;\n", False),
    ("\tkit->size = min(nr, 64) * 8;\n", False),
    ("\tif (nr)\n\t\tkit->pos = task + nr;\n", False),
]


@pytest.mark.parametrize(("new", "wraps"), SIZES)
def test_a_size_counts_where_it_is_used(tmp_path, new, wraps):
    assert ("I05" in told(tmp_path, new + SAFE, END)) == wraps


COMPANION = (
    CODE
    + """
__bpf_kfunc int x_tell(struct bpf_iter_x *it__iter)
{
	struct bpf_iter_x_kern *kit = (void *)it__iter;

	return kit->task ? kit->task->flags : 0;
}
"""
)
STEPS = "\tkit->pos = next_task(pos);\n"
ENDS = [
    ("\tif (!kit->pos)\n\t\tkit->task = NULL;\n", True),
    ("\tif (!kit->pos)\n\t\tmemset(kit, 0, sizeof(*kit));\n", True),
    ("\tif (!kit->pos) {\n\t\tput_task_struct(kit->task);\n\t\tkit->task = NULL;\n\t}\n", False),
    ("\tif (!kit->pos)\n\t\tkit->ended = 1;\n", False),
    ("\tkit->task = kit->pos;\n", False),
]


@pytest.mark.parametrize(("end", "silences"), ENDS)
def test_the_end_leaves_companions_what_they_read(tmp_path, end, silences):
    new = "\tget_task_struct(task);\n\tkit->pos = task;\n"
    assert ("I12" in told(tmp_path, new, STEPS + end, COMPANION)) == silences


OPAQUE = "struct bpf_iter_x {{\n\t__u64 __opaque[{}];\n}} __aligned(8);\n"
KERN = "struct bpf_iter_x_kern {{\n\t{}\n}}{};\n"
COMPARED = "\tBUILD_BUG_ON(sizeof(*kit) != sizeof(*it));\n"


@pytest.mark.parametrize(
    ("words", "members", "aligned", "told"),
    [
        (1, "struct task_struct *pos;", " __aligned(8)", False),
        (1, "struct task_struct *pos;", " __attribute__((aligned(8)))", False),
        (2, "struct task_struct *pos; u64 nr;", "", False),
        (2, "u64 nr; u32 left; u32 flags;", "", False),
        (1, "struct task_struct *pos;", "", True),
        (2, "struct task_struct *pos; u32 nr;", " __aligned(8)", True),
        (2, "unsigned long at; void *pos;", " __aligned(8)", True),
    ],
)
def test_sizes_may_be_compared_for_being_the_same_where_pointers_of_32_bits_leave_them_so(
    tmp_path, words, members, aligned, told
):
    path = tmp_path / "x.c"
    path.write_text(OPAQUE.format(words) + KERN.format(members, aligned) + CODE % (COMPARED, END))
    assert ("I22" in {d.code for d in check([str(path)], profile("7.3"))[1]}) is told


def test_a_new_that_returns_nowhere_is_placed_where_it_begins(tmp_path):
    """The parser takes what a declaration lacks from the next line."""
    path = tmp_path / "x.c"
    begun, _, rest = (CODE % ("", "")).partition("{\n")
    path.write_text(begun + "{\n\tstruct b\n\treturn 0;\n" + rest[rest.index("}\n") :])
    names, found = check([str(path)], profile("7.3"))
    assert names == ["x"]
    assert {(d.at.file, d.at.line) for d in found if d.code == "I01"} >= {(str(path), 2)}
