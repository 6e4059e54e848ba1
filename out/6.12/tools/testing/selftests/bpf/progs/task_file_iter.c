// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_file
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define iter_new(it) bpf_iter_task_file_new(it, args.task)
#define iter_for_each(pos) bpf_for_each(task_file, pos, args.task)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

s32 task_id;

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
static __always_inline u64 iter_id(struct file *pos)
{
	return pos->f_inode->i_ino;
}

#include "iter_walks.h"

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct args args;
	iter_elem *pos;

	found.nr_references = 0;
	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos)
		found.nr_references += pos->f_count.counter;
	iter_unlock();
	put_args(&args);
	return 0;
}
