// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER scx_dsq
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_scx_dsq_new(it, 7, flags)
#define iter_for_each(pos) bpf_for_each(scx_dsq, pos, 7, flags)

char _license[] SEC("license") = "GPL";

int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
			 u64 flags) __weak __ksym;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __weak __ksym;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __weak __ksym;
void scx_bpf_dsq_move_set_slice(struct bpf_iter_scx_dsq *it,
				u64 slice) __weak __ksym;
void scx_bpf_dsq_move_set_vtime(struct bpf_iter_scx_dsq *it,
				u64 vtime) __weak __ksym;
bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it, struct task_struct *p,
		      u64 dsq_id, u64 enq_flags) __weak __ksym;
bool scx_bpf_dsq_move_vtime(struct bpf_iter_scx_dsq *it, struct task_struct *p,
			    u64 dsq_id, u64 enq_flags) __weak __ksym;

const u64 accepted[] = {
	0,
	SCX_DSQ_ITER_REV,
};

u64 flags;

/* what user space knows an element by */
static __always_inline u64 iter_id(struct task_struct *pos)
{
	return pos->pid;
}

#include "iter_walks.h"

/*
 * A scheduler that lets what runs under it wait in one queue, and has two more
 * for what is moved.
 */

#define QUEUE 7
#define OTHER_QUEUE 8
#define SORTED_QUEUE 9
#define QUEUED_SLICE 2000000

s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __weak __ksym;
/* the name of Linux 6.12 */
void scx_bpf_dispatch(struct task_struct *p, u64 dsq_id, u64 slice,
		      u64 enq_flags) __weak __ksym;
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice,
			u64 enq_flags) __weak __ksym;

/* an idle CPU would be given the task at once */
SEC("struct_ops/select_cpu")
s32 BPF_PROG(select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/enqueue")
int BPF_PROG(enqueue, struct task_struct *p, u64 enq_flags)
{
	if (scx_bpf_dsq_insert)
		scx_bpf_dsq_insert(p, QUEUE, QUEUED_SLICE, enq_flags);
	else
		scx_bpf_dispatch(p, QUEUE, QUEUED_SLICE, enq_flags);
	return 0;
}

SEC(".struct_ops")
struct sched_ext_ops scheduler = {
	.select_cpu = (void *)select_cpu,
	.enqueue = (void *)enqueue,
	/* of those tasks alone that are put under it */
	.flags = SCX_OPS_SWITCH_PARTIAL,
	.name = "waiting",
};

SEC("syscall")
int create_queues(void *ctx)
{
	found.came_to = scx_bpf_create_dsq(QUEUE, -1) ?: scx_bpf_create_dsq(OTHER_QUEUE, -1) ?:
			scx_bpf_create_dsq(SORTED_QUEUE, -1);
	return 0;
}

static __always_inline s64 calls_moved(struct iter_state *it, iter_elem *pos)
{
	scx_bpf_dsq_move_set_slice(it, 1000000);
	if (!scx_bpf_dsq_move(it, pos, 8, 0))
		return 0;
	return pos->scx.slice == 1000000 ? 1 : 2;
}

/* may be called whatever new() has said */
SEC(ITER_SECTION)
int ask_moved(void *ctx)
{
	struct iter_state it;
	struct args args;
	iter_elem *pos;

	if (!begin(ctx, &args))
		return 0;
	found.said = -1;
	found.says_drained = -1;
	found.says_live = 1;
	found.says_empty = 0;
	iter_lock();
	found.err = iter_new(&it);
	flags = accepted[0];
	iter_for_each(pos) {
		if (found.nr_elems++) {
			found.says_drained = calls_moved(&it, pos);
			break;
		}
		found.said = calls_moved(&it, pos);
		bpf_repeat(MAX_STEPS) {
			if (!iter_next(&it))
				break;
		}
	}
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

static __always_inline s64 calls_sorted(struct iter_state *it, iter_elem *pos)
{
	scx_bpf_dsq_move_set_vtime(it, 12345);
	if (!scx_bpf_dsq_move_vtime(it, pos, 9, 0))
		return 0;
	return pos->scx.dsq_vtime == 12345 ? 1 : 2;
}

/* may be called whatever new() has said */
SEC(ITER_SECTION)
int ask_sorted(void *ctx)
{
	struct iter_state it;
	struct args args;
	iter_elem *pos;

	if (!begin(ctx, &args))
		return 0;
	found.said = -1;
	found.says_drained = -1;
	found.says_live = 1;
	found.says_empty = 0;
	iter_lock();
	found.err = iter_new(&it);
	flags = accepted[0];
	iter_for_each(pos) {
		if (found.nr_elems++) {
			found.says_drained = calls_sorted(&it, pos);
			break;
		}
		found.said = calls_sorted(&it, pos);
		bpf_repeat(MAX_STEPS) {
			if (!iter_next(&it))
				break;
		}
	}
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}
