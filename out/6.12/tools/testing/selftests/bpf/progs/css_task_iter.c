// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define MAX_HELD (2 * 1000000000ULL)
#define MAX_SPINS (8 * 1024 * 1024)
#define WALKS_A_RUN 1000

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

const unsigned int accepted[] = {
	0,
	CSS_TASK_ITER_PROCS,
	CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED,
};

/* what the test asks for */
u64 css_id;
unsigned int flags;
int hold;
u64 hold_at;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[3];
s64 nr_references;
int held, released;
int err;

/*
 * Lets the test create and remove elements in the middle of a program, for a
 * limited time: a walk that was not released then was held for nothing.
 */
static __always_inline void stay(void)
{
	u64 end = bpf_ktime_get_ns() + MAX_HELD;
	int i, k;

	held = 1;
	bpf_for(i, 0, MAX_SPINS) {
		bpf_for(k, 0, 1000)
			if (!hold)
				break;
		if (!hold || bpf_ktime_get_ns() > end)
			break;
	}
	released = !hold;
}

SEC("syscall")
int walk(void *ctx)
{
	struct task_struct *pos;
	struct cgroup *css;
	u64 id;

	nr_elems = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_for_each(css_task, pos, &css->self, flags) {
		id = pos->pid;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
		if (hold && !held && (!hold_at || hold_at == id))
			stay();
	}

	bpf_cgroup_release(css);
	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;
	if (hold)
		stay();

	err = bpf_iter_css_task_new(&it, &css->self, flags);
	if (bpf_iter_css_task_next(&it))
		nr_elems++;
	if (bpf_iter_css_task_next(&it))
		nr_elems++;
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

/* a new() that may fail, in the place of a walk that was left */
SEC("syscall")
int reuse(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	nr_elems = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, accepted[0]);
	bpf_iter_css_task_next(&it);
	bpf_iter_css_task_destroy(&it);

	err = bpf_iter_css_task_new(&it, &css->self, flags);
	if (bpf_iter_css_task_next(&it))
		nr_elems++;
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	nr_elems = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	while (bpf_iter_css_task_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_css_task_next(&it);
	revived[1] = (u64)bpf_iter_css_task_next(&it);
	if (hold)
		stay();
	revived[2] = (u64)bpf_iter_css_task_next(&it);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_css_task it;
	struct task_struct *pos;
	struct cgroup *css;

	elems[0] = 0;
	elems[1] = 1;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_destroy(&it);

	bpf_iter_css_task_new(&it, &css->self, flags);
	pos = bpf_iter_css_task_next(&it);
	if (pos)
		elems[0] = pos->pid;
	bpf_iter_css_task_destroy(&it);

	bpf_iter_css_task_new(&it, &css->self, flags);
	pos = bpf_iter_css_task_next(&it);
	if (pos)
		elems[1] = pos->pid;
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct task_struct *pos;
	struct cgroup *css;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_for_each(css_task, pos, &css->self, flags) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = pos->pid;
		nr_outer++;
		bpf_for_each(css_task, pos, &css->self, flags)
			nr_inner += pos->pid == id;
	}

	bpf_cgroup_release(css);
	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct task_struct *pos;
	struct cgroup *css;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_for_each(css_task, pos, &css->self, flags) {
		id = pos->pid;
		bpf_for_each(css_task, pos, &css->self, flags) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(css_task, pos, &css->self, flags)
				nr_inner += pos->pid == id;
		}
	}

	bpf_cgroup_release(css);
	return 0;
}

/* many short walks, whose memory the test counts */
SEC("syscall")
int walk_often(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_repeat(WALKS_A_RUN) {
		bpf_iter_css_task_new(&it, &css->self, flags);
		bpf_iter_css_task_next(&it);
		bpf_iter_css_task_destroy(&it);
	}

	bpf_cgroup_release(css);
	return 0;
}

SEC("syscall")
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	nr_references = self->usage.refs.counter;
	return 0;
}

/* loaded only: lsm programs may walk, too */
SEC("lsm/file_open")
int from_lsm(void *ctx)
{
	struct task_struct *pos;
	struct cgroup *css;

	nr_elems = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 0;

	bpf_for_each(css_task, pos, &css->self, flags)
		nr_elems++;

	bpf_cgroup_release(css);
	return 0;
}

/* loaded only: iter programs may walk, too */
SEC("iter/task")
int from_iter(void *ctx)
{
	struct task_struct *pos;
	struct cgroup *css;

	nr_elems = 0;
	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 0;

	bpf_for_each(css_task, pos, &css->self, flags)
		nr_elems++;

	bpf_cgroup_release(css);
	return 0;
}
