// SPDX-License-Identifier: GPL-2.0-only
/* A scheduler that parks what runs under it in a queue, and programs that walk that and move tasks out of it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define PARKED 7
#define OTHER 8
#define SORTED 9
#define NO_QUEUE 10
#define SLICE 2000000
#define VTIME 12345
#define MAX_TASKS 16

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym;
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym;

/* what the test asks for */
u64 queue, flags;
s32 pid;

/* what the programs found */
u64 elems[MAX_TASKS], revived[2], slice, vtime;
u32 nr_elems, nr_parked;
int err;
bool said;

/* an idle CPU would be given the task at once */
SEC("struct_ops/select_cpu")
s32 BPF_PROG(select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/enqueue")
int BPF_PROG(enqueue, struct task_struct *p, u64 enq_flags)
{
	scx_bpf_dsq_insert(p, PARKED, SLICE, enq_flags);
	__sync_fetch_and_add(&nr_parked, 1);
	return 0;
}

SEC("struct_ops/init")
int BPF_PROG(init)
{
	return scx_bpf_create_dsq(PARKED, -1) ?: scx_bpf_create_dsq(OTHER, -1) ?: scx_bpf_create_dsq(SORTED, -1);
}

SEC(".struct_ops")
struct sched_ext_ops ops = {
	.select_cpu = (void *)select_cpu,
	.enqueue = (void *)enqueue,
	.init = (void *)init,
	.flags = SCX_OPS_SWITCH_PARTIAL,
	.name = "queue",
};

SEC("syscall")
int walk(void *ctx)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *pos;

	nr_elems = 0;

	bpf_rcu_read_lock();
	err = bpf_iter_scx_dsq_new(&it, queue, flags);
	while ((pos = bpf_iter_scx_dsq_next(&it))) {
		if (nr_elems < MAX_TASKS)
			elems[nr_elems] = pos->pid;
		nr_elems++;
	}
	revived[0] = (u64)bpf_iter_scx_dsq_next(&it);
	revived[1] = (u64)bpf_iter_scx_dsq_next(&it);
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* moves a task where the walk meets it */
SEC("syscall")
int move(void *ctx)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *pos;

	said = false;

	bpf_rcu_read_lock();
	err = bpf_iter_scx_dsq_new(&it, PARKED, 0);
	while ((pos = bpf_iter_scx_dsq_next(&it))) {
		if (pos->pid != pid)
			continue;
		scx_bpf_dsq_move_set_slice(&it, SLICE / 2);
		said = scx_bpf_dsq_move(&it, pos, OTHER, 0);
		slice = pos->scx.slice;
		break;
	}
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* moves a task after the walk, which has met it, or cannot have begun */
static __always_inline int move_at_the_end(bool sorted)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;

	p = bpf_task_from_pid(pid);
	if (!p)
		return 1;

	bpf_rcu_read_lock();
	err = bpf_iter_scx_dsq_new(&it, queue, 0);
	bpf_repeat(MAX_TASKS) {
		if (!bpf_iter_scx_dsq_next(&it))
			break;
	}
	if (sorted) {
		scx_bpf_dsq_move_set_vtime(&it, VTIME);
		said = scx_bpf_dsq_move_vtime(&it, p, SORTED, 0);
	} else {
		said = scx_bpf_dsq_move(&it, p, OTHER, 0);
	}
	vtime = p->scx.dsq_vtime;
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(p);
	return 0;
}

SEC("syscall")
int move_late(void *ctx)
{
	return move_at_the_end(false);
}

SEC("syscall")
int move_sorted(void *ctx)
{
	return move_at_the_end(true);
}
