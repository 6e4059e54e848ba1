# SPDX-License-Identifier: GPL-2.0-only
"""What is taken is released, once, on every path: emitted kfuncs run in user space under sanitizers."""

from __future__ import annotations

import subprocess
from random import Random

import pytest
from generate_holding import random_holder
from generate_support import TODAY
from generate_userspace import FLAGS, HERE, SANITIZE, kfuncs, run

from kiter.spec.check import check, spec_schema
from kiter.spec.load import parse
from kiter.spec.resolve import resolve

SEEDS = range(120)


def drawn(seed):
    document = parse(random_holder(Random(seed), f"drawn{seed}"), f"{seed}.yaml")
    assert check(document, spec_schema()) == []
    return resolve(document, TODAY.number)


def glue(it):
    """The row of the table in holding.c, and functions that know the iterator's types."""
    name, count = f"bpf_iter_{it.name}", ", count" if it.arguments else ""
    numbers = int(it.lifetime == "state")
    return f"""
static int call_{name}_new(void *it, int count) {{ return {name}_new(it{count}); }}
static void *call_{name}_next(void *it) {{ return (void *){name}_next(it); }}
static void call_{name}_destroy(void *it) {{ {name}_destroy(it); }}
#define ROW_{it.name} {{ "{it.name}", sizeof(struct {name}), {numbers}, \\
	call_{name}_new, call_{name}_next, call_{name}_destroy }}
"""


def program(its, folder, change=lambda text: text):
    rows = "".join(f"\tROW_{it.name},\n" for it in its)
    text = "".join(change(kfuncs(it)) + glue(it) for it in its)
    table = f"static const struct subject subjects[] = {{\n{rows}}};\n"
    (folder / "subjects.inc").write_text(text + table, encoding="utf-8")
    made = folder / "holding"
    words = [
        "gcc",
        *FLAGS,
        "-Wno-unused-function",
        "-Wno-unused-label",
        *SANITIZE,
        f"-I{folder}",
        f"-I{HERE}",
    ]
    done = subprocess.run(
        [*words, "-o", made, HERE / "holding.c"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


def test_everything_is_given_back_once(tmp_path):
    done = run(program([drawn(seed) for seed in SEEDS], tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_every_way_of_holding_is_drawn():
    its = [drawn(seed) for seed in SEEDS]
    assert {it.lifetime for it in its} == {"rcu", "state", "native", "held", "snapshot"}
    assert {len(it.resources) for it in its} >= {0, 1, 2, 3}
    assert {it.allocate for it in its} == {True, False}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\t\tgoto put_thing0;", "\t\treturn err;"),  # an error that skips the way out
        ("\tkit->data = NULL;\n}", "}"),  # released at the end, and again by destroy()
        ("\tput_thing(thing0);\n", ""),  # not unwound
    ],
    ids=["leak", "twice", "unwound"],
)
def test_a_bug_is_seen(tmp_path, old, new):
    its = [it for it in map(drawn, SEEDS) if old in kfuncs(it)]
    assert its
    done = run(program(its, tmp_path, lambda text: text.replace(old, new)))
    assert done.returncode != 0
