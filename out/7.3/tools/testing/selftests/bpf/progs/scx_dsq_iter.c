// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256

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

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

const u64 accepted[] = {
	0,
	SCX_DSQ_ITER_REV,
};

/* what the test asks for */
u64 flags;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[2];
int err;

SEC("syscall")
int walk(void *ctx)
{
	struct task_struct *pos;
	u64 id;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_for_each(scx_dsq, pos, 0, flags) {
		id = pos->pid;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
	}
	bpf_rcu_read_unlock();

	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_scx_dsq it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	bpf_rcu_read_lock();
	err = bpf_iter_scx_dsq_new(&it, 0, flags);
	if (bpf_iter_scx_dsq_next(&it))
		nr_elems++;
	if (bpf_iter_scx_dsq_next(&it))
		nr_elems++;
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* a new() that may fail, in the place of a walk that was left */
SEC("syscall")
int reuse(void *ctx)
{
	struct bpf_iter_scx_dsq it;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_iter_scx_dsq_new(&it, 0, accepted[0]);
	bpf_iter_scx_dsq_next(&it);
	bpf_iter_scx_dsq_destroy(&it);

	err = bpf_iter_scx_dsq_new(&it, 0, flags);
	if (bpf_iter_scx_dsq_next(&it))
		nr_elems++;
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_scx_dsq it;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_iter_scx_dsq_new(&it, 0, flags);
	while (bpf_iter_scx_dsq_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_scx_dsq_next(&it);
	revived[1] = (u64)bpf_iter_scx_dsq_next(&it);
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_rcu_read_lock();
	bpf_iter_scx_dsq_new(&it, 0, flags);
	bpf_iter_scx_dsq_destroy(&it);

	bpf_iter_scx_dsq_new(&it, 0, flags);
	pos = bpf_iter_scx_dsq_next(&it);
	if (pos)
		elems[0] = pos->pid;
	bpf_iter_scx_dsq_destroy(&it);

	bpf_iter_scx_dsq_new(&it, 0, flags);
	pos = bpf_iter_scx_dsq_next(&it);
	if (pos)
		elems[1] = pos->pid;
	bpf_iter_scx_dsq_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct task_struct *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_rcu_read_lock();
	bpf_for_each(scx_dsq, pos, 0, flags) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = pos->pid;
		nr_outer++;
		bpf_for_each(scx_dsq, pos, 0, flags)
			nr_inner += pos->pid == id;
	}
	bpf_rcu_read_unlock();

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct task_struct *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_rcu_read_lock();
	bpf_for_each(scx_dsq, pos, 0, flags) {
		id = pos->pid;
		bpf_for_each(scx_dsq, pos, 0, flags) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(scx_dsq, pos, 0, flags)
				nr_inner += pos->pid == id;
		}
	}
	bpf_rcu_read_unlock();

	return 0;
}
