// SPDX-License-Identifier: GPL-2.0-only
/* A scheduler that has one queue, and walks it whenever a CPU wants a task: forwards, backwards, and to move. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define QUEUE 7
#define SLICE 2000000
#define MAX_STEPS 1000

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
s32 scx_bpf_task_cpu(const struct task_struct *p) __ksym;
bool scx_bpf_dsq_move_to_local(u64 dsq_id) __ksym;
s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym;
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym;

u64 walks, elems, moved;
u32 steps;

static __always_inline void look(u64 flags)
{
	struct task_struct *pos;

	walks++;
	steps = 0;
	bpf_for_each(scx_dsq, pos, QUEUE, flags) {
		elems += !!pos->pid;
		if (++steps > MAX_STEPS)
			break;
	}
}

SEC("struct_ops/enqueue")
int BPF_PROG(enqueue, struct task_struct *p, u64 flags)
{
	scx_bpf_dsq_insert(p, QUEUE, SLICE, flags);
	return 0;
}

SEC("struct_ops/dispatch")
int BPF_PROG(dispatch, s32 cpu, struct task_struct *prev)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *pos;

	bpf_rcu_read_lock();
	look(0);
	look(SCX_DSQ_ITER_REV);
	bpf_iter_scx_dsq_new(&it, QUEUE, 0);
	steps = 0;
	while ((pos = bpf_iter_scx_dsq_next(&it))) {
		if (scx_bpf_task_cpu(pos) == cpu && scx_bpf_dsq_move(&it, pos, SCX_DSQ_LOCAL, 0)) {
			moved++;
			break;
		}
		if (++steps > MAX_STEPS)
			break;
	}
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();
	/* those from other CPUs, if they may run here */
	scx_bpf_dsq_move_to_local(QUEUE);
	return 0;
}

SEC("struct_ops/init")
int BPF_PROG(init)
{
	return scx_bpf_create_dsq(QUEUE, -1);
}

SEC(".struct_ops")
struct sched_ext_ops ops = {
	.enqueue = (void *)enqueue,
	.dispatch = (void *)dispatch,
	.init = (void *)init,
	.name = "stress",
};
