// SPDX-License-Identifier: GPL-2.0-only
/* Walks every iterator in every order, to its end or not, and counts. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ROOT_CGROUP 1
#define NR_WORDS 511
#define MAX_STEPS 20000

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

int target_pid;
u64 words[NR_WORDS];

/* By the number of the program, as stress.c has them. Globals: a counter in a register would be precise. */
u64 walks[16], elems[16], sum[16];
u32 steps[16], last[16];

/* One walk in two is left early, most of them soon. */
static __always_inline void begin(u32 which)
{
	u32 dice = bpf_get_prandom_u32();

	elems[which] += steps[which];
	walks[which]++;
	steps[which] = 0;
	last[which] = dice & 1 ? MAX_STEPS : dice >> 1 & 15;
}

/* `value` is something of the element, so that it is read. */
static __always_inline bool enough(u32 which, u64 value)
{
	sum[which] += value;
	return ++steps[which] > last[which];
}

SEC("syscall")
int walk_num(void *ctx)
{
	int *pos;

	begin(0);
	bpf_for_each(num, pos, -100, 100)
		if (enough(0, *pos))
			break;
	return 0;
}

static __always_inline void bits(u32 nr_words)
{
	int *pos;

	begin(1);
	bpf_for_each(bits, pos, words, nr_words)
		if (enough(1, *pos))
			break;
}

SEC("syscall")
int walk_bits(void *ctx)
{
	int *pos;

	bits(1);
	bits(5);
	bits(NR_WORDS);
	begin(1);
	bpf_for_each(bits, pos, (void *)0xfff, 2)
		if (enough(1, *pos))
			break;
	return 0;
}

static __always_inline void tasks(unsigned int flags)
{
	struct task_struct *pos;

	begin(2);
	bpf_for_each(task, pos, bpf_get_current_task_btf(), flags)
		if (enough(2, pos->tgid))
			break;
}

SEC("syscall")
int walk_task(void *ctx)
{
	bpf_rcu_read_lock();
	tasks(BPF_TASK_ITER_ALL_PROCS);
	tasks(BPF_TASK_ITER_ALL_THREADS);
	tasks(BPF_TASK_ITER_PROC_THREADS);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
int walk_task_vma(void *ctx)
{
	struct vm_area_struct *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(target_pid);
	if (!task)
		return 0;
	begin(3);
	bpf_for_each(task_vma, pos, task, 0)
		if (enough(3, pos->vm_start))
			break;
	bpf_task_release(task);
	return 0;
}

static __always_inline void csses(struct cgroup *root, unsigned int flags)
{
	struct cgroup_subsys_state *pos;

	begin(4);
	bpf_for_each(css, pos, &root->self, flags)
		if (enough(4, pos->id))
			break;
}

SEC("syscall")
int walk_css(void *ctx)
{
	struct cgroup *root;

	root = bpf_cgroup_from_id(ROOT_CGROUP);
	if (!root)
		return 0;
	bpf_rcu_read_lock();
	csses(root, BPF_CGROUP_ITER_DESCENDANTS_PRE);
	csses(root, BPF_CGROUP_ITER_DESCENDANTS_POST);
	csses(root, BPF_CGROUP_ITER_ANCESTORS_UP);
	csses(root, BPF_CGROUP_ITER_CHILDREN);
	bpf_rcu_read_unlock();
	bpf_cgroup_release(root);
	return 0;
}

static __always_inline void members(struct cgroup *root, unsigned int flags)
{
	struct task_struct *pos;

	begin(5);
	bpf_for_each(css_task, pos, &root->self, flags)
		if (enough(5, pos->tgid))
			break;
}

SEC("syscall")
int walk_css_task(void *ctx)
{
	struct cgroup *root;

	root = bpf_cgroup_from_id(ROOT_CGROUP);
	if (!root)
		return 0;
	members(root, 0);
	members(root, CSS_TASK_ITER_PROCS);
	members(root, CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED);
	bpf_cgroup_release(root);
	return 0;
}

SEC("syscall")
int walk_kmem_cache(void *ctx)
{
	struct kmem_cache *pos;

	begin(6);
	bpf_for_each(kmem_cache, pos)
		if (enough(6, pos->object_size))
			break;
	return 0;
}

SEC("syscall")
int walk_dmabuf(void *ctx)
{
	struct dma_buf *pos;

	begin(7);
	bpf_for_each(dmabuf, pos)
		if (enough(7, pos->size))
			break;
	return 0;
}

SEC("syscall")
int walk_testmod_seq(void *ctx)
{
	s64 *pos;

	begin(8);
	bpf_for_each(testmod_seq, pos, 1000, 20)
		if (enough(8, *pos))
			break;
	return 0;
}
