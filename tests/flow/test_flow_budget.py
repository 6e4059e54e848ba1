# SPDX-License-Identifier: GPL-2.0-only
"""However large and tangled a function is, it is given up after so many steps."""

from __future__ import annotations

import pytest

from kiter.csource.source import Source
from kiter.flow.lifecycle import ITERATOR, Subject, _Lives
from kiter.flow.program import Program

MANY = 800
IFS = "".join(f"\tif (n & {1 << i % 31} || m > {i})\n\t\tkit->n += f{i}(kit->a);\n" for i in range(MANY))
JUMPS = "".join(
    f"l{i}:\n\tif (kit->n == {i} && g{i}(kit))\n\t\tgoto l{i * 7919 % MANY};\n" for i in range(MANY)
)
CASES = "".join(f"\tcase {i}:\n\t\tkit->n = {i};\n\t\tbreak;\n" for i in range(MANY))
BODIES = {
    "ifs": IFS,
    "jumps": JUMPS,
    "switch": f"\tswitch (n) {{\n{CASES}\t}}\n",
    "nested": "\tif (n) {\n" * MANY + "}\n" * MANY,
    "loops": "\twhile (f(kit)) {\n\t\tkit->n++;\n\t}\n" * MANY,
    "chosen": "\tkit->n = " + "".join(f"n == {i} ? f{i}() : " for i in range(MANY)) + "0;\n",
    "calls": "".join(f"\tif (a{i % 3}(kit))\n\t\treturn {i};\n" for i in range(MANY)),
}
FRAME = """
struct bpf_iter_x_kern {{ struct foo *a; int n; }};
static int a0(struct bpf_iter_x_kern *k) {{ return a1(k) + a2(k) + a0(k); }}
static int a1(struct bpf_iter_x_kern *k) {{ return a2(k) + a0(k) + a1(k); }}
static int a2(struct bpf_iter_x_kern *k) {{ return a0(k) + a1(k) + a2(k); }}
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, int n, int m)
{{
	struct bpf_iter_x_kern *kit = (void *)it;
{body}	return 0;
}}
__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{{
	struct bpf_iter_x_kern *kit = (void *)it;
	int n = kit->n, m = 0;
{body}	return kit->a;
}}
__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{{
}}
"""


@pytest.mark.parametrize("name", BODIES)
def test_no_function_takes_more_than_its_steps(name):
    program = Program(Source("x.c", FRAME.format(body=BODIES[name])))
    codes = [program.code(f"bpf_iter_x_{what}") for what in ("new", "next", "destroy")]
    new, following, destroy = (code for code in codes if code is not None)
    lives = _Lives(Subject(program, new, following, destroy, {}))
    lives.lead()
    assert -MANY < lives.left <= ITERATOR
