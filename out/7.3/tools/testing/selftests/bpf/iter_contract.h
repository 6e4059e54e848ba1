/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs that walk an open-coded iterator share with the tests that
 * run them: progs/iter_walks.h and prog_tests/iter_tests.h.
 */
#ifndef __ITER_CONTRACT_H
#define __ITER_CONTRACT_H

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define MAX_WORDS 64

/* what a test asks of the programs, beside the arguments of new() */
struct iter_asked {
	/* the process that an attached program runs for */
	__s32 pid;
	/* whether to stay in the middle, and at which element: 0 for the first */
	__s32 hold;
	__u64 hold_at;
};

/* what the programs found */
struct iter_found {
	__u32 nr_elems, nr_outer, nr_inner;
	__u64 revived[3];
	/* the iterator, behind new() */
	__u64 state[MAX_WORDS];
	__s32 held, released;
	/* what new() said, and what the program came to */
	__s32 err, came_to;
	__s64 nr_references;
	/* what a companion said, and what it must say */
	__s64 said, says_drained, says_live, says_empty;
	__u64 elems[MAX_ELEMS];
};

#ifdef ITER

/* programs declare `args`, which iter_new() and iter_for_each() pass on */
#ifndef ITER_OBJECTS
struct args {
};

static __always_inline int get_args(void *ctx, struct args *args)
{
	return 0;
}

static __always_inline void put_args(struct args *args)
{
}
#endif

#define __iter_cat(a, b) a##b
#define _iter_cat(a, b) __iter_cat(a, b)
#define __iter_str(a) #a
#define _iter_str(a) __iter_str(a)

#define ITER_NAME _iter_str(ITER)
#define iter_state _iter_cat(bpf_iter_, ITER)
#define iter_next _iter_cat(iter_state, _next)
#define iter_destroy _iter_cat(iter_state, _destroy)
#define iter_elem typeof(*iter_next(NULL))

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

/* around a walk, where the iterator or what it is given needs it */
static __always_inline void iter_lock(void)
{
#ifdef ITER_RCU
	bpf_rcu_read_lock();
#endif
}

static __always_inline void iter_unlock(void)
{
#ifdef ITER_RCU
	bpf_rcu_read_unlock();
#endif
}

#endif /* ITER */

#endif /* __ITER_CONTRACT_H */
