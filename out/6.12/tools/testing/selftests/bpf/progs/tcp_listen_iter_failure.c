// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
void bpf_preempt_disable(void) __ksym;
void bpf_preempt_enable(void) __ksym;

u64 in_a_map[2];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	bpf_iter_tcp_listen_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int next_without_new(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_tcp_listen as arg #0")
int new_twice(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	bpf_iter_tcp_listen_new(&it);
	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int destroy_twice(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	bpf_iter_tcp_listen_destroy(&it);
	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	bpf_iter_tcp_listen_destroy(&it);
	bpf_iter_tcp_listen_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;

	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_tcp_listen_next((void *)&num);
	bpf_iter_num_destroy(&num);
	return 0;
}

SEC("?syscall")
__failure __msg("arg#0 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	bpf_iter_tcp_listen_new((void *)in_a_map);
	bpf_iter_tcp_listen_destroy((void *)in_a_map);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_tcp_listen as arg #0")
int write_to_state(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	*(u64 *)&it = 0;
	bpf_iter_tcp_listen_next(&it);
	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_tcp_listen it;

	bpf_iter_tcp_listen_new(&it);
	sink = *(u64 *)&it;
	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_tcp_listen it;
	struct sock *pos;

	bpf_iter_tcp_listen_new(&it);
	pos = bpf_iter_tcp_listen_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_tcp_listen_destroy(&it);
	return 0;
}

SEC("?tp_btf/task_newtask")
__failure __msg("program must be sleepable to call sleepable kfunc bpf_iter_tcp_listen_new")
int not_sleepable(void *ctx)
{
	struct sock *pos;

	bpf_for_each(tcp_listen, pos) {
		sink++;
	}
	return 0;
}

SEC("?syscall")
__failure __msg("kernel func bpf_iter_tcp_listen_new is sleepable within rcu_read_lock region")
int inside_rcu(void *ctx)
{
	struct sock *pos;

	bpf_rcu_read_lock();
	bpf_for_each(tcp_listen, pos) {
		sink++;
	}
	bpf_rcu_read_unlock();
	return 0;
}

SEC("?syscall")
__failure __msg("kernel func bpf_iter_tcp_listen_new is sleepable within non-preemptible region")
int inside_preempt(void *ctx)
{
	struct sock *pos;

	bpf_preempt_disable();
	bpf_for_each(tcp_listen, pos) {
		sink++;
	}
	bpf_preempt_enable();
	return 0;
}
