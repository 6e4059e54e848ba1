// SPDX-License-Identifier: GPL-2.0-only
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("syscall")
__success __retval(7)
int walks(const void *ctx)
{
	struct task_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(kring, pos, 1)
		;
	bpf_rcu_read_unlock();
	return 7;
}

SEC("syscall")
__failure __msg("Unreleased reference id={{[0-9]+}}")
int leaks(const void *ctx)
{
	struct bpf_iter_kring it;

	bpf_rcu_read_lock();
	bpf_iter_kring_new(&it, 1);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
__description("next without new")
__failure __msg("expected an initialized iter_kring as arg #0") __not_msg("Unreleased reference")
int next_without_new(const void *ctx)
{
	struct bpf_iter_kring it = {};

	bpf_rcu_read_lock();
	bpf_iter_kring_next(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
__failure __msg("expected an RCU CS when using bpf_iter_kring_next")
int outside_rcu(const void *ctx)
{
	struct task_struct *pos;

	bpf_for_each(kring, pos, 1)
		;
	return 0;
}
