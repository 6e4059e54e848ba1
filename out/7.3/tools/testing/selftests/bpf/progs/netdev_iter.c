// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define MAX_HELD (2 * 1000000000ULL)
#define MAX_SPINS (8 * 1024 * 1024)

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

const u64 accepted[] = {
	0,
};

/* what the test asks for */
u64 flags;
int hold;
u64 hold_at;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[3];
int held, released;
int err;

/*
 * Lets the test create and remove elements in the middle of a program, for a
 * limited time: a walk that was not released then was held for nothing.
 */
static __always_inline void stay(void)
{
	u64 end = bpf_ktime_get_ns() + MAX_HELD;
	int i, k;

	held = 1;
	bpf_for(i, 0, MAX_SPINS) {
		bpf_for(k, 0, 1000)
			if (!hold)
				break;
		if (!hold || bpf_ktime_get_ns() > end)
			break;
	}
	released = !hold;
}

SEC("syscall")
int walk(void *ctx)
{
	struct net_device *pos;
	u64 id;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_for_each(netdev, pos, 0, flags) {
		id = pos->ifindex;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
		if (hold && !held && (!hold_at || hold_at == id))
			stay();
	}
	bpf_rcu_read_unlock();

	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_netdev it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));
	if (hold)
		stay();

	bpf_rcu_read_lock();
	err = bpf_iter_netdev_new(&it, 0, flags);
	if (bpf_iter_netdev_next(&it))
		nr_elems++;
	if (bpf_iter_netdev_next(&it))
		nr_elems++;
	bpf_iter_netdev_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* a new() that may fail, in the place of a walk that was left */
SEC("syscall")
int reuse(void *ctx)
{
	struct bpf_iter_netdev it;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_iter_netdev_new(&it, 0, accepted[0]);
	bpf_iter_netdev_next(&it);
	bpf_iter_netdev_destroy(&it);

	err = bpf_iter_netdev_new(&it, 0, flags);
	if (bpf_iter_netdev_next(&it))
		nr_elems++;
	bpf_iter_netdev_destroy(&it);
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
	struct bpf_iter_netdev it;

	nr_elems = 0;

	bpf_rcu_read_lock();
	bpf_iter_netdev_new(&it, 0, flags);
	while (bpf_iter_netdev_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_netdev_next(&it);
	revived[1] = (u64)bpf_iter_netdev_next(&it);
	if (hold)
		stay();
	revived[2] = (u64)bpf_iter_netdev_next(&it);
	bpf_iter_netdev_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_netdev it;
	struct net_device *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_rcu_read_lock();
	bpf_iter_netdev_new(&it, 0, flags);
	bpf_iter_netdev_destroy(&it);

	bpf_iter_netdev_new(&it, 0, flags);
	pos = bpf_iter_netdev_next(&it);
	if (pos)
		elems[0] = pos->ifindex;
	bpf_iter_netdev_destroy(&it);

	bpf_iter_netdev_new(&it, 0, flags);
	pos = bpf_iter_netdev_next(&it);
	if (pos)
		elems[1] = pos->ifindex;
	bpf_iter_netdev_destroy(&it);
	bpf_rcu_read_unlock();

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct net_device *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_rcu_read_lock();
	bpf_for_each(netdev, pos, 0, flags) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = pos->ifindex;
		nr_outer++;
		bpf_for_each(netdev, pos, 0, flags)
			nr_inner += pos->ifindex == id;
	}
	bpf_rcu_read_unlock();

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct net_device *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_rcu_read_lock();
	bpf_for_each(netdev, pos, 0, flags) {
		id = pos->ifindex;
		bpf_for_each(netdev, pos, 0, flags) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(netdev, pos, 0, flags)
				nr_inner += pos->ifindex == id;
		}
	}
	bpf_rcu_read_unlock();

	return 0;
}
