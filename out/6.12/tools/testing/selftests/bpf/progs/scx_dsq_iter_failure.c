// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER scx_dsq
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_scx_dsq_new(it, 7, flags)
#define iter_for_each(pos) bpf_for_each(scx_dsq, pos, 7, flags)

char _license[] SEC("license") = "GPL";

int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
			 u64 flags) __weak __ksym;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __weak __ksym;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __weak __ksym;
void scx_bpf_dispatch_from_dsq_set_slice(struct bpf_iter_scx_dsq *it,
					 u64 slice) __weak __ksym;
void scx_bpf_dispatch_from_dsq_set_vtime(struct bpf_iter_scx_dsq *it,
					 u64 vtime) __weak __ksym;
bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it,
			       struct task_struct *p, u64 dsq_id,
			       u64 enq_flags) __weak __ksym;
bool scx_bpf_dispatch_vtime_from_dsq(struct bpf_iter_scx_dsq *it,
				     struct task_struct *p, u64 dsq_id,
				     u64 enq_flags) __weak __ksym;

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

u64 flags;

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("expected an initialized iter_scx_dsq as arg #0")
int scx_bpf_dispatch_from_dsq_set_slice_without_new(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	scx_bpf_dispatch_from_dsq_set_slice(&it, 0);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_scx_dsq as arg #0")
int scx_bpf_dispatch_from_dsq_set_vtime_without_new(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	scx_bpf_dispatch_from_dsq_set_vtime(&it, 0);
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
