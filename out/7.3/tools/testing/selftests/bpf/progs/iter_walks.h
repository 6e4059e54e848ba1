/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that walk an open-coded iterator, whatever it walks over. A file
 * says ahead what is special about its iterator, and includes this:
 *
 * ITER: its name
 * ITER_SECTION: where the programs stand
 * ITER_ATTACHED: defined if they are run where they are attached
 * ITER_RCU: defined if a walk is made in an RCU read-side critical section
 * ITER_FLAGS: the flags that new() is given, if some values are refused: a
 *	variable, which the test sets to values out of accepted[] and others
 * ITER_ALLOCATES: defined if new() allocates memory, to which it points
 * ITER_LOCKS: defined if a walk may be made with a lock held
 * ITER_WALK_ONLY: defined if walk() is all that is wanted
 * ITER_OBJECTS: defined if new() is given kernel objects: then there are
 *	struct args, get_args() and put_args()
 * iter_new(it), iter_for_each(pos): new() and bpf_for_each() with all arguments
 * iter_id(): the number that user space knows an element by
 */
#ifndef __ITER_WALKS_H
#define __ITER_WALKS_H

#include "iter_contract.h"

#define MAX_HELD (2 * 1000000000ULL)
#define MAX_SPINS (8 * 1024 * 1024)

struct iter_asked asked;
struct iter_found found;

/*
 * Lets the test create and remove elements in the middle of a program, for a
 * limited time: a walk that was not released then was held for nothing.
 */
static __always_inline void stay(void)
{
	u64 end = bpf_ktime_get_ns() + MAX_HELD;
	int i, k;

	found.held = 1;
	bpf_for(i, 0, MAX_SPINS) {
		bpf_for(k, 0, 1000)
			if (!asked.hold)
				break;
		if (!asked.hold || bpf_ktime_get_ns() > end)
			break;
	}
	found.released = !asked.hold;
}

/* false for another process, which comes along where the program is attached */
static __always_inline bool mine(void)
{
#ifdef ITER_ATTACHED
	return bpf_get_current_pid_tgid() >> 32 == asked.pid;
#else
	return true;
#endif
}

/* false if there is nothing to do, or no object to do it with */
static __always_inline bool begin(void *ctx, struct args *args)
{
	if (!mine())
		return false;
	found.nr_elems = 0;
	found.came_to = get_args(ctx, args);
	return !found.came_to;
}

SEC(ITER_SECTION)
int walk(void *ctx)
{
	struct args args;
	iter_elem *pos;
	u64 id;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		id = iter_id(pos);
		if (found.nr_elems < MAX_ELEMS)
			found.elems[found.nr_elems] = id;
		if (++found.nr_elems >= MAX_STEPS)
			break;
		if (asked.hold && !found.held && (!asked.hold_at || asked.hold_at == id))
			stay();
	}
	iter_unlock();
	put_args(&args);
	return 0;
}

#ifndef ITER_WALK_ONLY
/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC(ITER_SECTION)
int probe(void *ctx)
{
	struct iter_state it;
	struct args args;

	__builtin_memset(&it, 0xff, sizeof(it));
	if (!begin(ctx, &args))
		return 0;
	if (asked.hold)
		stay();
	iter_lock();
	found.err = iter_new(&it);
#ifdef ITER_ALLOCATES
	bpf_probe_read_kernel(found.state, sizeof(it), &it);
#endif
	if (iter_next(&it))
		found.nr_elems++;
	if (iter_next(&it))
		found.nr_elems++;
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

#ifdef ITER_FLAGS
/* a new() that may fail, in the place of a walk that was left */
SEC(ITER_SECTION)
int reuse(void *ctx)
{
	typeof(ITER_FLAGS) flags_asked = ITER_FLAGS;
	struct iter_state it;
	struct args args;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	ITER_FLAGS = accepted[0];
	iter_new(&it);
	iter_next(&it);
	iter_destroy(&it);

	ITER_FLAGS = flags_asked;
	found.err = iter_new(&it);
	if (iter_next(&it))
		found.nr_elems++;
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}
#endif

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC(ITER_SECTION)
int drain(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	while (iter_next(&it))
		found.nr_elems++;
	found.revived[0] = (u64)iter_next(&it);
	found.revived[1] = (u64)iter_next(&it);
	if (asked.hold)
		stay();
	found.revived[2] = (u64)iter_next(&it);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC(ITER_SECTION)
int again(void *ctx)
{
	struct iter_state it;
	struct args args;
	iter_elem *pos;

	found.elems[0] = 0;
	found.elems[1] = 1;
	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	iter_destroy(&it);

	iter_new(&it);
	pos = iter_next(&it);
	if (pos)
		found.elems[0] = iter_id(pos);
	iter_destroy(&it);

	iter_new(&it);
	pos = iter_next(&it);
	if (pos)
		found.elems[1] = iter_id(pos);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC(ITER_SECTION)
int nest_two(void *ctx)
{
	struct args args;
	iter_elem *pos;
	u64 id;

	found.nr_outer = 0;
	found.nr_inner = 0;
	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		if (found.nr_outer >= MAX_PAIRS)
			break;
		id = iter_id(pos);
		found.nr_outer++;
		iter_for_each(pos)
			found.nr_inner += iter_id(pos) == id;
	}
	iter_unlock();
	put_args(&args);
	return 0;
}

/* and by one inside that */
SEC(ITER_SECTION)
int nest_three(void *ctx)
{
	struct args args;
	iter_elem *pos;
	u64 id;

	found.nr_outer = 0;
	found.nr_inner = 0;
	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		id = iter_id(pos);
		iter_for_each(pos) {
			if (found.nr_outer >= MAX_PAIRS)
				break;
			found.nr_outer++;
			iter_for_each(pos)
				found.nr_inner += iter_id(pos) == id;
		}
	}
	iter_unlock();
	put_args(&args);
	return 0;
}

#ifdef ITER_LOCKS
static struct bpf_spin_lock lock SEC(".data.lock");

/* an iterator is of the few kfuncs that may be called with a lock held */
SEC(ITER_SECTION)
int under_lock(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	bpf_spin_lock(&lock);
	iter_for_each(pos)
		found.nr_elems++;
	bpf_spin_unlock(&lock);
	iter_unlock();
	put_args(&args);
	return 0;
}
#endif

/* for programs of other types, which are loaded only */
static __always_inline int only_walk(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos)
		found.nr_elems++;
	iter_unlock();
	put_args(&args);
	return 0;
}

#endif /* ITER_WALK_ONLY */

#endif /* __ITER_WALKS_H */
