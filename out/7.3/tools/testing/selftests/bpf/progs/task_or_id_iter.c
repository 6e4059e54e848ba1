// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_or_id
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_task_or_id_new(it, args.task, 1, flags)
#define iter_for_each(pos) bpf_for_each(task_or_id, pos, args.task, 1, flags)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

const unsigned int accepted[] = {
	BPF_TASK_ITER_ALL,
	BPF_TASK_ITER_TID,
	BPF_TASK_ITER_TGID,
};

s32 task_id;
unsigned int flags;

struct args {
	struct task_struct *task;
};

static __always_inline int get_args(void *ctx, struct args *args)
{
	args->task = bpf_task_from_pid(task_id);
	if (!args->task)
		return 1;
	return 0;
}

static __always_inline void put_args(struct args *args)
{
	bpf_task_release(args->task);
}

/* what user space knows an element by */
static __always_inline u64 iter_id(struct task_struct *pos)
{
	return pos->pid;
}

#include "iter_walks.h"

/* next() and destroy() after a new() without an object */
SEC(ITER_SECTION)
int probe_null(void *ctx)
{
	struct iter_state it;

	if (!mine())
		return 0;
	found.came_to = 0;
	found.nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	iter_lock();
	found.err = bpf_iter_task_or_id_new(&it, NULL, 1, flags);
	if (iter_next(&it))
		found.nr_elems++;
	iter_destroy(&it);
	iter_unlock();
	return 0;
}

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	if (!mine())
		return 0;
	found.came_to = 0;
	found.nr_references = self->usage.refs.counter;
	return 0;
}
