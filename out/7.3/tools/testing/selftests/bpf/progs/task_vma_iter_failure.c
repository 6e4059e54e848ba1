// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

s32 task_id;
u64 addr;
u64 in_a_map[1];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_next(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_next(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_task_vma as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_destroy(&it);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	bpf_iter_task_vma_destroy(&it);
	bpf_iter_task_vma_next(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int other_iterator(void *ctx)
{
	struct task_struct *task;
	struct bpf_iter_num num;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_task_vma_next((void *)&num);
	bpf_iter_num_destroy(&num);

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

	bpf_iter_task_vma_new((void *)in_a_map, task, addr);
	bpf_iter_task_vma_destroy((void *)in_a_map);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_task_vma as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	*(u64 *)&it = 0;
	bpf_iter_task_vma_next(&it);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	sink = *(u64 *)&it;
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *pos;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, task, addr);
	pos = bpf_iter_task_vma_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_task(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, NULL, addr);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int untrusted_task(void *ctx)
{
	struct bpf_iter_task_vma it;
	struct task_struct *task;

	task = bpf_task_from_pid(task_id);
	if (!task)
		return 1;

	bpf_iter_task_vma_new(&it, bpf_get_current_task_btf()->last_wakee, addr);
	bpf_iter_task_vma_destroy(&it);

	bpf_task_release(task);
	return 0;
}
