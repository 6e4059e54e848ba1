# SPDX-License-Identifier: GPL-2.0-only
"""C that is hard to follow: as many paths as its lines can have, in one iterator or in many."""

from __future__ import annotations

LINES = 5_000
_FRAME = """struct bpf_iter_x{0}_kern {{
	struct foo *a;
	int n;
}};

static int a{0}(struct bpf_iter_x{0}_kern *kit)
{{
	return b{0}(kit) + a{0}(kit);
}}

static int b{0}(struct bpf_iter_x{0}_kern *kit)
{{
	return a{0}(kit) ? b{0}(kit) : c(kit->a);
}}

__bpf_kfunc int bpf_iter_x{0}_new(struct bpf_iter_x{0} *it, int n, int m)
{{
	struct bpf_iter_x{0}_kern *kit = (void *)it;

{1}	return 0;
}}

__bpf_kfunc struct foo *bpf_iter_x{0}_next(struct bpf_iter_x{0} *it)
{{
	struct bpf_iter_x{0}_kern *kit = (void *)it;
	int n = kit->n, m = 0;

{1}	return kit->a;
}}

__bpf_kfunc void bpf_iter_x{0}_destroy(struct bpf_iter_x{0} *it)
{{
	struct bpf_iter_x{0}_kern *kit = (void *)it;
	int n = 0, m = 0;

{1}}}

"""


def _body(iterator: int, lines: int) -> str:
    """Branches, jumps both ways, loops and allocations, four of five lines with a condition."""
    found = [f"l{number}:\n\t{_statement(iterator, number, lines // 2)}\n" for number in range(lines // 2)]
    return "".join(found)


def _statement(iterator: int, number: int, labels: int) -> str:
    match number % 5:
        case 0:
            return f"if (n & {1 << number % 31} || m > {number}) kit->n += f{number}(kit->a);"
        case 1:
            return f"if (kit->n == {number} && a{iterator}(kit)) goto l{number * 7919 % labels};"
        case 2:
            return f"while (g{number}(kit)) kit->n++;"
        case 3:
            return f"kit->a = n == {number} ? kmalloc(8, GFP_NOWAIT) : m ? next_of(kit->a) : NULL;"
        case _:
            return "if (kit->a) put_foo(kit->a);"


def text(iterators: int) -> str:
    """A file of so many lines with so many iterators."""
    lines = (LINES // iterators - _FRAME.count("\n")) // 3
    return "".join(_FRAME.format(number, _body(number, lines)) for number in range(iterators))
