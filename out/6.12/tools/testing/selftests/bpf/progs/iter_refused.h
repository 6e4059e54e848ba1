/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that misuse an open-coded iterator, whatever it walks over, and that
 * the verifier must refuse. What a file defines ahead is as in iter_walks.h, and
 *
 * ITER_NUMBERS: defined if its elements are numbers
 * ITER_NEEDS_RCU: defined if its programs may sleep, and it must not be used
 *	outside of an RCU read-side critical section
 * ITER_PASSES_RCU: defined if, then, RCU alone may protect what new() is given
 * ITER_SLEEPS: defined if it may sleep itself
 * ITER_IS_NUM: defined for that one, which the others are mistaken for
 */
#ifndef __ITER_REFUSED_H
#define __ITER_REFUSED_H

#include "iter_contract.h"

#ifdef ITER_NUMBERS
#define iter_read(pos) (*(pos))
#else
#define iter_read(pos) (*(u64 *)(pos))
#endif

struct iter_asked asked;
u64 in_a_map[sizeof(struct iter_state) / sizeof(u64)];
u64 sink;

SEC("?" ITER_SECTION)
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	iter_next(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int next_without_new(void *ctx)
{
	struct iter_state it;

	iter_lock();
	iter_next(&it);
	iter_unlock();
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int destroy_without_new(void *ctx)
{
	struct iter_state it;

	iter_lock();
	iter_destroy(&it);
	iter_unlock();
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected uninitialized iter_" ITER_NAME " as arg #0")
int new_twice(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	iter_new(&it);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int destroy_twice(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	iter_destroy(&it);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int next_after_destroy(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	iter_destroy(&it);
	iter_next(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

#ifndef ITER_IS_NUM
SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;

	iter_lock();
	bpf_iter_num_new(&num, 0, 1);
	iter_next((void *)&num);
	bpf_iter_num_destroy(&num);
	iter_unlock();
	return 0;
}
#endif

SEC("?" ITER_SECTION)
__failure __msg("arg#0 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new((void *)in_a_map);
	iter_destroy((void *)in_a_map);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an initialized iter_" ITER_NAME " as arg #0")
int write_to_state(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	*(u64 *)&it = 0;
	iter_next(&it);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	sink = *(u64 *)&it;
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct iter_state it;
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_new(&it);
	pos = iter_next(&it);
	sink = iter_read(pos);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

#ifdef ITER_NUMBERS
SEC("?" ITER_SECTION)
__failure __msg("cannot write into rdonly_mem")
int write_to_element(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		*pos = 0;
	}
	iter_unlock();
	put_args(&args);
	return 0;
}
#endif

#ifdef ITER_NEEDS_RCU
#define NO_RCU "expected an RCU CS when using bpf_iter_" ITER_NAME "_next"

SEC("?" ITER_SECTION)
#ifdef ITER_PASSES_RCU
/* arguments are looked at first; whether one is trusted all the same is the verifier's to know */
__failure __msg("{{must be a rcu pointer|" NO_RCU "}}")
#else
__failure __msg(NO_RCU)
#endif
int outside_rcu(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_for_each(pos)
		sink++;
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an RCU CS when using bpf_iter_" ITER_NAME "_next")
int unlock_in_loop(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos)
		iter_unlock();
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("expected an RCU CS when using bpf_iter_" ITER_NAME "_next")
int relock_in_loop(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		iter_unlock();
		iter_lock();
	}
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("sleepable helper bpf_copy_from_user")
int sleep_in_loop(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos)
		bpf_copy_from_user(&sink, sizeof(sink), NULL);
	iter_unlock();
	put_args(&args);
	return 0;
}
#endif

#ifdef ITER_SLEEPS
void bpf_preempt_disable(void) __ksym;
void bpf_preempt_enable(void) __ksym;

SEC("?" ITER_SECTION)
__failure __msg("kernel func bpf_iter_" ITER_NAME "_new is sleepable within rcu_read_lock region")
int inside_rcu(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	bpf_rcu_read_lock();
	iter_for_each(pos)
		sink++;
	bpf_rcu_read_unlock();
	put_args(&args);
	return 0;
}

SEC("?" ITER_SECTION)
__failure __msg("kernel func bpf_iter_" ITER_NAME "_new is sleepable within non-preemptible region")
int inside_preempt(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	bpf_preempt_disable();
	iter_for_each(pos)
		sink++;
	bpf_preempt_enable();
	put_args(&args);
	return 0;
}
#endif

#endif /* __ITER_REFUSED_H */
