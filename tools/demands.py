# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel demands of iterator kfuncs, and what tells an author that a spec would break it.

The places are those of Linux 7.3; `by` are rules, `how` is the mechanism by which no spec can break it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand: what is asked, where the kernel asks, the rules and the mechanism that answer it."""

    what: str
    kernel: str
    by: tuple[str, ...]
    how: str


_ROWS = (
    (
        "the set is declared with BTF_KFUNCS_START",
        "btf.c, register_btf_kfunc_id_set()",
        "S31",
        "set_open of the target",
    ),
    ("a kfunc is a named function, its name unique", "btf.c, btf_check_kfunc_name()", "K20 K23 H26 H43", ""),
    ("exactly one KF_ITER flag", "btf.c, btf_check_iter_kfuncs()", "I24", "lower/kernel/registration.py"),
    (
        "the first argument is a struct bpf_iter_*",
        "btf.c, btf_check_iter_arg()",
        "",
        "templates/kernel/new.c.j2",
    ),
    (
        "the struct has words of 8 bytes, at least one",
        "btf.c, btf_check_iter_kfuncs()",
        "",
        "analysis/state.py",
    ),
    (
        "the functions are bpf_iter_<name>_{new,next,destroy}",
        "btf.c, btf_check_iter_kfuncs()",
        "K01",
        "lower/names.py",
    ),
    (
        "next() and destroy() take the iterator alone",
        "btf.c, btf_check_iter_kfuncs()",
        "C01",
        "templates/kernel/next/",
    ),
    ("next() returns a pointer", "btf.c, btf_check_iter_kfuncs()", "", "element: type is one, by the schema"),
    ("destroy() returns void", "btf.c, btf_check_iter_kfuncs()", "", "templates/kernel/destroy/"),
    (
        "a kfunc has the same flags in all its sets",
        "resolve_btfids/main.c",
        "S32",
        "lower/kernel/registration.py",
    ),
    ("at most 16 filters per hook", "btf.c, BTF_KFUNC_FILTER_MAX_CNT", "", "one set has one filter"),
    ("an implicit argument is the program", "resolve_btfids/main.c", "P01 P02 V09", ""),
    ("no id without its function", "resolve_btfids/main.c", "I26", "the guard goes round ids and code alike"),
    (
        "at most five arguments",
        "verifier.c, MAX_BPF_FUNC_ARGS",
        "",
        "four beside the iterator, by the schema",
    ),
    ("endings of names mean something", "verifier.c, is_kfunc_arg_*()", "K05 I48", "lower/names.py"),
    ("no pointer to void, no pointer to a pointer", "verifier.c, get_kfunc_arg_type()", "K06", ""),
    ("NULL only for __nullable", "verifier.c, check_kfunc_args()", "C06 W13 K07", "nullable: true"),
    (
        "an object is trusted, or under RCU with KF_RCU",
        "verifier.c, check_kfunc_args()",
        "P04 I28 I10",
        "lower/kernel/registration.py",
    ),
    (
        "what next() returns is trusted, under RCU, or memory",
        "verifier.c, check_kfunc_call()",
        "W20 W25 C05",
        "",
    ),
    ("KF_RET_NULL on next()", "bpf_iterators.rst", "I25", "lower/kernel/registration.py"),
    (
        "a sleepable iterator in sleepable programs only",
        "verifier.c, check_kfunc_call()",
        "S32 X06 C30 I34",
        "",
    ),
    (
        "KF_RCU_PROTECTED: in a critical section",
        "verifier.c, process_iter_arg()",
        "C02 C05 H05",
        "context: rcu",
    ),
    ("KF_PERFMON and KF_SPINLOCK_SAFE where they are known", "verifier.c, check_kfunc_call()", "V09", ""),
    (
        "the programs that css_task_new() is for",
        "verifier.c, check_css_task_iter_allowlist()",
        "S32 X07",
        "context: allow",
    ),
    ("the stack of 512 bytes", "filter.h, MAX_BPF_STACK", "K08 K09", ""),
    (
        "the end is the end, also when an element arrives",
        "verifier.c, process_iter_next_call()",
        "C28 I02",
        "templates/kernel/next/",
    ),
    (
        "the walk ends, whatever leaves it",
        "exit.c, __unhash_process()",
        "C07 C08 C32 W49",
        "walk: ring, with its anchor",
    ),
    (
        "every path of new() leaves a state that next() and destroy() know",
        "verifier.c, is_iter_reg_valid_uninit()",
        "I01 W46 W47",
        "templates/kernel/new.c.j2",
    ),
    (
        "live means the same in next(), destroy() and companions",
        "",
        "I04 I06 I12 C27",
        "analysis/liveness.py",
    ),
    ("each resource is released once", "", "H04 W29 I03 I04 I14", "templates/kernel/release/"),
    ("no lock, RCU or interrupt state from one kfunc to another", "", "C29 H23 I09", "walk: lock"),
    ("the allocator suits the context", "", "C30 I08", "lower/kernel/memory.py"),
    ("unknown flags are refused", "", "P05 S32 I11", "lower/kernel/checks.py"),
    ("entries of lists are NULL at the end", "", "C31 I07", "walk: list"),
    ("sizes are bounded before they are multiplied", "", "H06 H07 I05", ""),
    ("an element is valid until the next step", "", "W20 W21 W22 W28 W35 H05 I13", "element: lifetime"),
    ("sizes are compared with >", "", "I22", "templates/kernel/new.c.j2"),
    ("the guard stands in four places", "", "I26 I27", "lower/kernel/registration.py"),
    ("no skeleton of the iterator's name", "tools/bpf/bpftool/gen.c", "K01 K13", ""),
    ("kernel-doc with Return: on all three", "kernel-doc.rst", "I40 K16", "lower/kernel/kernel_doc.py"),
)

DEMANDS = tuple(Demand(what, kernel, tuple(by.split()), how) for what, kernel, by, how in _ROWS)
