// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_or_id
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_task_or_id_new(it, args.task, 1, flags)
#define iter_for_each(pos) bpf_for_each(task_or_id, pos, args.task, 1, flags)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

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

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_task(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_task_or_id_new(&it, bpf_get_current_task_btf()->last_wakee, 1, flags);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int element_after_section(void *ctx)
{
	struct task_struct *last = NULL;
	struct task_struct *kept;
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		last = pos;
		break;
	}
	iter_unlock();
	if (last) {
		kept = bpf_task_acquire(last);
		if (kept)
			bpf_task_release(kept);
	}
	put_args(&args);
	return 0;
}
