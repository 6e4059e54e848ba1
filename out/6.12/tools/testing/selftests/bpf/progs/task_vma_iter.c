// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define MAX_HELD (2 * 1000000000ULL)
#define MAX_SPINS (8 * 1024 * 1024)
#define WALKS_A_RUN 1000

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

/* what the test asks for */
s32 task_id;
u64 addr;
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
	struct vm_area_struct *pos;
	struct task_struct *task;
	u64 id;

	nr_elems = 0;
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_for_each(task_vma, pos, task, addr) {
		id = pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
		if (hold && !held && (!hold_at || hold_at == id))
			stay();
	}

	bpf_task_release(task);
	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;
	if (hold)
		stay();

	err = bpf_iter_task_vma_new(&it, task, addr);
	if (bpf_iter_task_vma_next(&it))
		nr_elems++;
	if (bpf_iter_task_vma_next(&it))
		nr_elems++;
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	nr_elems = 0;
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	while (bpf_iter_task_vma_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_task_vma_next(&it);
	revived[1] = (u64)bpf_iter_task_vma_next(&it);
	if (hold)
		stay();
	revived[2] = (u64)bpf_iter_task_vma_next(&it);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *pos;
	struct task_struct *task;

	elems[0] = 0;
	elems[1] = 1;
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_destroy(&it);

	bpf_iter_task_vma_new(&it, task, addr);
	pos = bpf_iter_task_vma_next(&it);
	if (pos)
		elems[0] = pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
	bpf_iter_task_vma_destroy(&it);

	bpf_iter_task_vma_new(&it, task, addr);
	pos = bpf_iter_task_vma_next(&it);
	if (pos)
		elems[1] = pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct vm_area_struct *pos;
	struct task_struct *task;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_for_each(task_vma, pos, task, addr) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
		nr_outer++;
		bpf_for_each(task_vma, pos, task, addr)
			nr_inner += pos->vm_start + 31 * pos->vm_end + !!pos->vm_file == id;
	}

	bpf_task_release(task);
	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct vm_area_struct *pos;
	struct task_struct *task;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;
	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_for_each(task_vma, pos, task, addr) {
		id = pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
		bpf_for_each(task_vma, pos, task, addr) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(task_vma, pos, task, addr)
				nr_inner += pos->vm_start + 31 * pos->vm_end + !!pos->vm_file == id;
		}
	}

	bpf_task_release(task);
	return 0;
}

/* many short walks, whose memory the test counts */
SEC("syscall")
int walk_often(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_repeat(WALKS_A_RUN) {
		bpf_iter_task_vma_new(&it, task, addr);
		bpf_iter_task_vma_next(&it);
		bpf_iter_task_vma_destroy(&it);
	}

	bpf_task_release(task);
	return 0;
}

SEC("syscall")
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	nr_references = self->usage.refs.counter;
	nr_references += self->mm->mm_users.counter;
	nr_references += self->mm->exe_file->f_count.counter;
	return 0;
}

/* tasks are switched with interrupts off */
SEC("tp_btf/sched_switch")
int BPF_PROG(irqs_off, bool preempt, struct task_struct *prev)
{
	struct bpf_iter_task_vma it;

	if (prev->tgid != task_id)
		return 0;
	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_task_vma_new(&it, prev, addr);
	if (bpf_iter_task_vma_next(&it))
		nr_elems++;
	bpf_iter_task_vma_destroy(&it);
	return 0;
}
