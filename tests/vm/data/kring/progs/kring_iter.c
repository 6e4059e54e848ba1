// SPDX-License-Identifier: GPL-2.0-only
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

unsigned int most;
pid_t target_pid;
int seen, met, after_end, err_new;
int refs_before, refs_after;

SEC("syscall")
int walk(const void *ctx)
{
	struct task_struct *pos;

	bpf_rcu_read_lock();
	bpf_for_each(kring, pos, most) {
		seen++;
		if (pos->pid == target_pid)
			met++;
	}
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
int drained(const void *ctx)
{
	struct bpf_iter_kring it;
	int i;

	bpf_rcu_read_lock();
	err_new = bpf_iter_kring_new(&it, most);
	bpf_for(i, 0, 100000) {
		if (!bpf_iter_kring_next(&it))
			break;
	}
	bpf_repeat(3) {
		if (bpf_iter_kring_next(&it))
			after_end++;
	}
	bpf_iter_kring_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
int balanced(const void *ctx)
{
	struct task_struct *cur = bpf_get_current_task_btf(), *pos;

	refs_before = cur->usage.refs.counter;
	bpf_rcu_read_lock();
	bpf_repeat(10) {
		bpf_for_each(kring, pos, 2)
			;
	}
	bpf_rcu_read_unlock();
	refs_after = cur->usage.refs.counter;
	return 0;
}
