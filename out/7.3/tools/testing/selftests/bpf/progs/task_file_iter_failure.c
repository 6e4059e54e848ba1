// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_file
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
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

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_task(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_task_file_new(&it, NULL);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_task(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_task_file_new(&it, bpf_get_current_task_btf()->last_wakee);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}
