// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

s32 task_id;
int flag;
u64 in_a_map[4];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	bpf_iter_letter_task_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_letter_task as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	bpf_iter_letter_task_new(&it, task, flag);
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	bpf_iter_letter_task_destroy(&it);
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	bpf_iter_letter_task_destroy(&it);
	bpf_iter_letter_task_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int other_iterator(void *ctx)
{
	struct task_struct *task;
	struct bpf_iter_num num;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_letter_task_next((void *)&num);
	bpf_iter_num_destroy(&num);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new((void *)in_a_map, task, flag);
	bpf_iter_letter_task_destroy((void *)in_a_map);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_letter_task as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	*(u64 *)&it = 0;
	bpf_iter_letter_task_next(&it);
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	sink = *(u64 *)&it;
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, task, flag);
	pos = bpf_iter_letter_task_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_task(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, NULL, flag);
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_task(void *ctx)
{
	struct bpf_iter_letter_task it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_letter_task_new(&it, bpf_get_current_task_btf()->last_wakee, flag);
	bpf_iter_letter_task_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?xdp")
__failure __msg("calling kernel function bpf_iter_letter_task_new is not allowed")
int from_xdp(void *ctx)
{
	struct bpf_iter_letter_task it;

	bpf_iter_letter_task_new(&it, 0, 0);
	bpf_iter_letter_task_destroy(&it);
	return 0;
}

SEC("?tc")
__failure __msg("calling kernel function bpf_iter_letter_task_new is not allowed")
int from_sched_cls(void *ctx)
{
	struct bpf_iter_letter_task it;

	bpf_iter_letter_task_new(&it, 0, 0);
	bpf_iter_letter_task_destroy(&it);
	return 0;
}

SEC("?cgroup_skb/egress")
__failure __msg("calling kernel function bpf_iter_letter_task_new is not allowed")
int from_cgroup_skb(void *ctx)
{
	struct bpf_iter_letter_task it;

	bpf_iter_letter_task_new(&it, 0, 0);
	bpf_iter_letter_task_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("kernel func bpf_iter_letter_task_new requires RCU critical section protection")
int outside_rcu(void *ctx)
{
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_for_each(letter_task, pos, task, flag) {
		sink++;
	}

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_letter_task_next")
int unlock_in_loop(void *ctx)
{
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(letter_task, pos, task, flag) {
		bpf_rcu_read_unlock();
	}
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_letter_task_next")
int relock_in_loop(void *ctx)
{
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(letter_task, pos, task, flag) {
		bpf_rcu_read_unlock();
		bpf_rcu_read_lock();
	}
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("sleepable helper bpf_copy_from_user")
int sleep_in_loop(void *ctx)
{
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(letter_task, pos, task, flag) {
		bpf_copy_from_user(&sink, sizeof(sink), NULL);
	}
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int element_after_section(void *ctx)
{
	struct task_struct *last = NULL;
	struct task_struct *kept;
	struct task_struct *task;
	struct task_struct *pos;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(letter_task, pos, task, flag) {
		last = pos;
		break;
	}
	bpf_rcu_read_unlock();
	if (last) {
		kept = bpf_task_acquire(last);
		if (kept)
			bpf_task_release(kept);
	}

	bpf_task_release(task);
	return 0;
}
