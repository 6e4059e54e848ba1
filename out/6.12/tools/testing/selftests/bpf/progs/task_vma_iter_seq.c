// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_vma
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define iter_new(it) bpf_iter_task_vma_new(it, args.task, addr)
#define iter_for_each(pos) bpf_for_each(task_vma, pos, args.task, addr)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

s32 task_id;
u64 addr;

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
static __always_inline u64 iter_id(struct vm_area_struct *pos)
{
	return pos->vm_start + 31 * pos->vm_end + !!pos->vm_file;
}

#include "iter_seq_show.h"

SEC("iter/task_vma")
int show(struct bpf_iter__task_vma *ctx)
{
	return iter_show(ctx->meta, ctx->vma);
}

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	if (!mine())
		return 0;
	found.came_to = 0;
	found.nr_references = self->usage.refs.counter;
	found.nr_references += self->mm->mm_users.counter;
	found.nr_references += self->mm->exe_file->f_count.counter;
	return 0;
}
