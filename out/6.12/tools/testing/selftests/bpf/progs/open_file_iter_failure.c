// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

s32 task_id;
u64 in_a_map[8];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	bpf_iter_open_file_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int next_without_new(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_open_file as arg #0")
int new_twice(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	bpf_iter_open_file_new(&it, task);
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int destroy_twice(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	bpf_iter_open_file_destroy(&it);
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	bpf_iter_open_file_destroy(&it);
	bpf_iter_open_file_next(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int other_iterator(void *ctx)
{
	struct task_struct *task;
	struct bpf_iter_num num;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_open_file_next((void *)&num);
	bpf_iter_num_destroy(&num);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("arg#0 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new((void *)in_a_map, task);
	bpf_iter_open_file_destroy((void *)in_a_map);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_open_file as arg #0")
int write_to_state(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	*(u64 *)&it = 0;
	bpf_iter_open_file_next(&it);
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	sink = *(u64 *)&it;
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_open_file it;
	struct bpf_open_file *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, task);
	pos = bpf_iter_open_file_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted arg1")
int null_task(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, NULL);
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_task(void *ctx)
{
	struct bpf_iter_open_file it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_open_file_new(&it, bpf_get_current_task_btf()->last_wakee);
	bpf_iter_open_file_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_open_file_next")
int outside_rcu(void *ctx)
{
	struct bpf_open_file *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_for_each(open_file, pos, task) {
		sink++;
	}

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_open_file_next")
int unlock_in_loop(void *ctx)
{
	struct bpf_open_file *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(open_file, pos, task) {
		bpf_rcu_read_unlock();
	}
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_open_file_next")
int relock_in_loop(void *ctx)
{
	struct bpf_open_file *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(open_file, pos, task) {
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
	struct bpf_open_file *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(open_file, pos, task) {
		bpf_copy_from_user(&sink, sizeof(sink), NULL);
	}
	bpf_rcu_read_unlock();

	bpf_task_release(task);
	return 0;
}
