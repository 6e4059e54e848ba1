# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in what the verifier is told: the flags of the kfuncs, the sets, the types of arguments."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

CSS = partial(Mutant, "css.yaml", "registration")
TASK = partial(Mutant, "task.yaml", "registration")
LETTER_CSS = partial(Mutant, "letter/letter_css.yaml", "registration")
LETTER_TASK = partial(Mutant, "letter/letter_task.yaml", "registration")
PRE = partial(Mutant, "letter/css_pre.yaml", "registration")
POST = partial(Mutant, "letter/css_post.yaml", "registration")
PROCESS = partial(Mutant, "letter/process.yaml", "registration")

ONLY = partial(Mutant, "../tests/generate/specs/only_lsm.yaml", "program type")

NEW = "KF_ITER_NEW | KF_TRUSTED_ARGS | KF_RCU_PROTECTED"
NEXT = "KF_ITER_NEXT | KF_RET_NULL"

ALL = (
    ONLY(
        "tracing-too",
        "programs may call it that share their hook with those that may",
        "case BPF_PROG_TYPE_SYSCALL: return 0;",
        "case BPF_PROG_TYPE_SYSCALL: case BPF_PROG_TYPE_TRACING: return 0;",
    ),
    ONLY(
        "xdp-too",
        "programs of a type may call it that is not listed",
        "ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL,",
        "ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &bpf_iter_@_set);"
        " ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL,",
        also=(
            ("case BPF_PROG_TYPE_SYSCALL: return 0;", "default: return 0;"),
            ("default: return -EACCES;", ""),
        ),
    ),
    ONLY(
        "not-syscall",
        "programs may not call it that are listed",
        "case BPF_PROG_TYPE_SYSCALL: return 0;",
        "return 0;",
    ),
    CSS("no-rcu", "no critical section is asked for", NEW, "KF_ITER_NEW | KF_TRUSTED_ARGS"),
    PROCESS("no-rcu", "no critical section is asked for", "KF_ITER_NEW | KF_RCU_PROTECTED", "KF_ITER_NEW"),
    PROCESS(
        "rcu-of-next-only",
        "the critical section is asked for by next() and not by new()",
        "KF_ITER_NEW | KF_RCU_PROTECTED",
        "KF_ITER_NEW",
        also=((NEXT, NEXT + "| KF_RCU_PROTECTED"),),
    ),
    TASK("no-rcu", "no critical section is asked for", NEW, "KF_ITER_NEW | KF_TRUSTED_ARGS"),
    PRE("untrusted", "any pointer is taken", NEW, "KF_ITER_NEW | KF_RCU_PROTECTED"),
    TASK("untrusted", "any pointer is taken", NEW, "KF_ITER_NEW | KF_RCU_PROTECTED"),
    LETTER_CSS(
        "rcu-pointer",
        "a pointer that RCU protects is taken, too",
        NEW,
        "KF_ITER_NEW | KF_RCU | KF_RCU_PROTECTED",
    ),
    POST(
        "no-ret-null",
        "next() is not said to return NULL",
        NEXT,
        "KF_ITER_NEXT",
        excuse="equivalent: the verifier follows a next() to NULL and to an element, whatever the flag says",
    ),
    LETTER_CSS("no-iter-next", "next() is a function like any other", NEXT, "KF_RET_NULL"),
    POST("no-iter-new", "new() is a function like any other", "KF_ITER_NEW |", ""),
    PRE("no-iter-destroy", "destroy() is a function like any other", "KF_ITER_DESTROY", "0"),
    TASK("next-is-new", "next() is registered as new()", "KF_ITER_NEXT", "KF_ITER_NEW", alone=True),
    LETTER_TASK(
        "new-is-destroy", "new() is registered as destroy()", "KF_ITER_NEW", "KF_ITER_DESTROY", alone=True
    ),
    LETTER_CSS(
        "two-roles",
        "next() is registered as next() and as destroy()",
        "KF_ITER_NEXT",
        "KF_ITER_NEXT | KF_ITER_DESTROY",
        alone=True,
    ),
    LETTER_TASK("acquires", "the verifier wants the elements released", NEXT, NEXT + "| KF_ACQUIRE"),
    PROCESS(
        "sleepable",
        "new() may not be called in a critical section",
        "KF_ITER_NEW |",
        "KF_ITER_NEW | KF_SLEEPABLE |",
    ),
    CSS(
        "destroy-missing",
        "destroy() is not registered",
        "BTF_ID_FLAGS(func, bpf_iter_@_destroy, KF_ITER_DESTROY)",
        "",
    ),
    LETTER_TASK(
        "no-syscall",
        "SYSCALL programs may not call it",
        "register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL",
        "register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP",
    ),
    LETTER_TASK(
        "no-tracing",
        "TRACING programs may not call it",
        "register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING",
        "register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP",
    ),
    TASK(
        "not-nullable",
        "NULL is not allowed by the argument's name",
        "struct task_struct *task__nullable,",
        "struct task_struct *task,",
        also=(
            ("if (!task__nullable)", "if (!task)"),
            ("&task__nullable->signal", "&task->signal"),
        ),
    ),
    POST(
        "next-returns-void",
        "next() returns an untyped pointer",
        "__bpf_kfunc struct cgroup_subsys_state *bpf_iter_@_next",
        "__bpf_kfunc void *bpf_iter_@_next",
    ),
    PROCESS(
        "next-returns-number",
        "next() returns a number",
        "__bpf_kfunc struct task_struct *bpf_iter_@_next",
        "__bpf_kfunc u64 bpf_iter_@_next",
        also=(("return pos;", "return (u64)pos;"), ("return NULL;", "return 0;")),
        alone=True,
    ),
    PRE(
        "destroy-returns",
        "destroy() returns a number",
        "__bpf_kfunc void bpf_iter_@_destroy(struct bpf_iter_@ *it) {",
        "__bpf_kfunc int bpf_iter_@_destroy(struct bpf_iter_@ *it) { return 0;",
        alone=True,
    ),
    CSS(
        "wrong-first",
        "the state's own struct is the first argument of next()",
        "bpf_iter_@_next(struct bpf_iter_@ *it)",
        "bpf_iter_@_next(struct bpf_iter_@_kern *it)",
        alone=True,
    ),
)
