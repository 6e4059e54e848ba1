// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER letter_task
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_FLAGS flag
#define iter_new(it) bpf_iter_letter_task_new(it, args.task, flag)
#define iter_for_each(pos) bpf_for_each(letter_task, pos, args.task, flag)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

const int accepted[] = {
	ITERATE_PROCESS,
	ITERATE_THREAD,
	ITERATE_ALL,
};

s32 task_id;
int flag;

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

/* loaded only: tracing programs may walk, too */
SEC("tp_btf/task_newtask")
int from_tracing(void *ctx)
{
	return only_walk(ctx);
}
