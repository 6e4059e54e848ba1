// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

unsigned int flags;
u64 in_a_map[2];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	bpf_iter_workqueue_next(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int next_without_new(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_next(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_workqueue as arg #0")
int new_twice(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	bpf_iter_workqueue_new(&it, flags);
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int destroy_twice(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	bpf_iter_workqueue_destroy(&it);
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	bpf_iter_workqueue_destroy(&it);
	bpf_iter_workqueue_next(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;

	bpf_rcu_read_lock();
	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_workqueue_next((void *)&num);
	bpf_iter_num_destroy(&num);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("arg#0 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_iter_workqueue_new((void *)in_a_map, flags);
	bpf_iter_workqueue_destroy((void *)in_a_map);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_workqueue as arg #0")
int write_to_state(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	*(u64 *)&it = 0;
	bpf_iter_workqueue_next(&it);
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_workqueue it;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	sink = *(u64 *)&it;
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_workqueue it;
	struct workqueue_struct *pos;

	bpf_rcu_read_lock();
	bpf_iter_workqueue_new(&it, flags);
	pos = bpf_iter_workqueue_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_workqueue_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_workqueue_next")
int outside_rcu(void *ctx)
{
	struct workqueue_struct *pos;

	bpf_for_each(workqueue, pos, flags) {
		sink++;
	}
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_workqueue_next")
int unlock_in_loop(void *ctx)
{
	struct workqueue_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(workqueue, pos, flags) {
		bpf_rcu_read_unlock();
	}
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_workqueue_next")
int relock_in_loop(void *ctx)
{
	struct workqueue_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(workqueue, pos, flags) {
		bpf_rcu_read_unlock();
		bpf_rcu_read_lock();
	}
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("sleepable helper bpf_copy_from_user")
int sleep_in_loop(void *ctx)
{
	struct workqueue_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(workqueue, pos, flags) {
		bpf_copy_from_user(&sink, sizeof(sink), NULL);
	}
	bpf_rcu_read_unlock();
	return 0;
}
