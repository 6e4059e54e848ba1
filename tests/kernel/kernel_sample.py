# SPDX-License-Identifier: GPL-2.0-only
"""A true iterator by hand: every process, around the ring that is anchored at init_task."""

from __future__ import annotations

from dataclasses import replace

from kiter.btf.types import Function, Member, Parameter, Struct
from kiter.errors import Position
from kiter.fragment import Anchor, Fragment
from kiter.interface import Interface, Kfunc
from kiter.output import Kind, Material, Output, Rendered, SnippetUse, Type

KFUNCS_PATH = "kernel/bpf/task_iter.c.d/ring.c"
PROG_PATH = "tools/testing/selftests/bpf/progs/ring_iter.c"
IDS_PATH = "kernel/bpf/helpers.c.d/ring.c"
DECLARATIONS_PATH = "tools/testing/selftests/bpf/bpf_experimental.h.d/ring.h"
PLACES = {
    KFUNCS_PATH: Fragment("kernel/bpf/task_iter.c", Anchor.AT_END, ()),
    IDS_PATH: Fragment("kernel/bpf/helpers.c", Anchor.IN_ID_SET, (), where="common_btf_ids"),
    DECLARATIONS_PATH: Fragment(
        "tools/testing/selftests/bpf/bpf_experimental.h", Anchor.AMONG_DECLARATIONS, ()
    ),
}
TEST_PATH = "tools/testing/selftests/bpf/prog_tests/ring_iter.c"

INCLUDES = """\
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/init.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
"""

KFUNCS = """\
// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

struct bpf_iter_ring {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_ring_kern {
	struct task_struct *pos;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_ring_new() - start a walk over every process
 * @it: the iterator, on the BPF program's stack
 *
 * Return: 0, always.
 */
__bpf_kfunc int bpf_iter_ring_new(struct bpf_iter_ring *it)
{
	struct bpf_iter_ring_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = &init_task;
	return 0;
}

/**
 * bpf_iter_ring_next() - step to the next process
 * @it: the iterator
 *
 * Return: the process, NULL when there are no more.
 */
__bpf_kfunc struct task_struct *bpf_iter_ring_next(struct bpf_iter_ring *it)
{
	struct bpf_iter_ring_kern *kit = (void *)it;

	if (!kit->pos)
		return NULL;

	kit->pos = next_task(kit->pos);
	if (kit->pos == &init_task)
		kit->pos = NULL;

	return kit->pos;
}

/**
 * bpf_iter_ring_destroy() - end a walk
 * @it: the iterator
 *
 * Return: nothing.
 */
__bpf_kfunc void bpf_iter_ring_destroy(struct bpf_iter_ring *it)
{
}

__bpf_kfunc_end_defs();
"""

IDS = """\
// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/helpers.c, at the end of the set common_btf_ids. */

BTF_ID_FLAGS(func, bpf_iter_ring_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_ring_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_ring_destroy, KF_ITER_DESTROY)
"""

REGISTRATION = """
BTF_KFUNCS_START(ring_ids)
{ids}BTF_KFUNCS_END(ring_ids)

static const struct btf_kfunc_id_set ring_set = {{
	.owner = THIS_MODULE,
	.set = &ring_ids,
}};

static int __init ring_init(void)
{{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_UNSPEC, &ring_set);
}}
late_initcall(ring_init);
"""

DECLARATIONS = """\
/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_ring;
extern int bpf_iter_ring_new(struct bpf_iter_ring *it) __weak __ksym;
extern struct task_struct *bpf_iter_ring_next(struct bpf_iter_ring *it) __weak __ksym;
extern void bpf_iter_ring_destroy(struct bpf_iter_ring *it) __weak __ksym;
"""

PROG = """\
// SPDX-License-Identifier: GPL-2.0-only

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

int seen;

SEC("syscall")
int walk(void *ctx)
{
	struct task_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(ring, pos)
		seen++;
	bpf_rcu_read_unlock();
	return 0;
}
"""

FAILURE = """\
// SPDX-License-Identifier: GPL-2.0-only

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_ring_next")
int no_rcu(void *ctx)
{
	struct task_struct *pos;

	bpf_for_each(ring, pos)
		;
	return 0;
}
"""

TEST = """\
// SPDX-License-Identifier: GPL-2.0-only

#include <test_progs.h>
#include "ring_iter.skel.h"
#include "ring_iter_failure.skel.h"

static void walk(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct ring_iter *skel;

	skel = ring_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	if (ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.walk), &opts), "run"))
		ASSERT_GT(skel->bss->seen, 0, "seen");
	ring_iter__destroy(skel);
}

void test_ring_iter(void)
{
	if (test__start_subtest("walk"))
		walk();
	RUN_TESTS(ring_iter_failure);
}
"""

OPAQUE = "{\n\t__u64 __opaque[1];\n} __attribute__((aligned(8)));\n"
ALONE = Type("struct bpf_iter_ring", f"struct bpf_iter_ring {OPAQUE}")
ORDERS = ("ALL_PROCS", "ALL_THREADS", "PROC_THREADS", "RING")
FLAGS_OF_TASK = {f"BPF_TASK_ITER_{name}": value for value, name in enumerate(ORDERS)}
# 6.12 has the second struct and these values, and lacks the last one
TYPES = (
    ALONE,
    Type("struct bpf_iter_css", f"struct bpf_iter_css {OPAQUE}"),
    Type("", f"enum {{ {', '.join(FLAGS_OF_TASK)} }};\n", FLAGS_OF_TASK),
)

SNIPPETS = (
    SnippetUse("&init_task", Position("specs/ring.yaml", 12, 20), "  list: {first: init_task}"),
    SnippetUse("next_task(kit->pos)", Position("specs/ring.yaml", 13, 11), "    next: next_task(pos)"),
)


HANDLE = Parameter("it", "struct bpf_iter_ring *")
TRIO = (
    Function("bpf_iter_ring_new", "int", (HANDLE,)),
    Function("bpf_iter_ring_next", "struct task_struct *", (HANDLE,)),
    Function("bpf_iter_ring_destroy", "void", (HANDLE,)),
)
FLAGS = (("KF_ITER_NEW", "KF_RCU_PROTECTED"), ("KF_ITER_NEXT", "KF_RET_NULL"), ("KF_ITER_DESTROY",))
INTERFACE = Interface(
    kfuncs=tuple(Kfunc(one, flags, ("it",)) for one, flags in zip(TRIO, FLAGS, strict=True)),
    declared=TRIO,
    struct=Struct("bpf_iter_ring", 8, 8, (Member("__opaque", "__u64[1]", 0),)),
    enumerators={},
    accepted=(),
    uses=frozenset(),
)


def output(kind: Kind, path: str, text: str) -> Output:
    """With this text: a file, or below the heading what joins one."""
    if path not in PLACES:
        return Output.new(kind, path, text)
    made = Output(kind, path, (replace(PLACES[path], lines=tuple(text.splitlines()[3:])),))
    assert made.text == text
    return made


def ring(kfuncs: str = KFUNCS, guard: str = "", includes: str = INCLUDES) -> Rendered:
    """All outputs of the iterator, with this C."""
    ids = "\n".join(line for line in IDS.splitlines() if line.startswith("BTF_ID")) + "\n"
    unit = "// SPDX-License-Identifier: GPL-2.0-only\n" + includes + kfuncs + REGISTRATION.format(ids=ids)
    headers = tuple(word.strip("<>") for word in includes.split()[1::2])
    material = Material(unit, TYPES, headers, SNIPPETS)
    return Rendered(
        spec="specs/ring.yaml",
        iterator="ring",
        target="6.12",
        guard=guard,
        outputs=(
            output(Kind.KFUNCS, KFUNCS_PATH, kfuncs),
            output(Kind.BTF_IDS, IDS_PATH, IDS),
            output(Kind.DECLARATIONS, DECLARATIONS_PATH, DECLARATIONS),
            output(Kind.PROG, PROG_PATH, PROG),
            output(Kind.PROG_FAILURE, PROG_PATH.replace("_iter.c", "_iter_failure.c"), FAILURE),
            output(Kind.PROG_TEST, TEST_PATH, TEST),
        ),
        interface=INTERFACE,
        make_material=lambda: material,
    )


def edited(rendered: Rendered, path: str, text: str) -> Rendered:
    """The same with another text for one output."""
    outputs = tuple(output(o.kind, path, text) if o.path == path else o for o in rendered.outputs)
    return replace(rendered, outputs=outputs)
