// SPDX-License-Identifier: GPL-2.0-only
/* One walk of each design of an iterator over tasks, timed; and readers of files that print nothing. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __weak __ksym;
struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __weak __ksym;
void bpf_iter_task_destroy(struct bpf_iter_task *it) __weak __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

u32 id;
u64 nr, spent;

#define TIMED(name, iterator, args...)							\
SEC("syscall")										\
int name(void *ctx)									\
{											\
	struct task_struct *task = bpf_get_current_task_btf();				\
	struct task_struct *pos;							\
	u64 since;									\
											\
	nr = 0;										\
	bpf_rcu_read_lock();								\
	since = bpf_ktime_get_ns();							\
	bpf_for_each(iterator, pos, ##args)						\
		nr++;									\
	spent = bpf_ktime_get_ns() - since;						\
	bpf_rcu_read_unlock();								\
	return !task;									\
}

TIMED(process, process)
TIMED(letter_process, letter_task, task, ITERATE_PROCESS)
TIMED(letter_thread, letter_task, task, ITERATE_THREAD)
TIMED(letter_all, letter_task, task, ITERATE_ALL)
TIMED(task_procs, task, NULL, BPF_TASK_ITER_ALL_PROCS)
TIMED(task_proc_threads, task, task, BPF_TASK_ITER_PROC_THREADS)
TIMED(task_threads, task, NULL, BPF_TASK_ITER_ALL_THREADS)
TIMED(by_id_leaders, task_by_id, 0, BPF_TASK_ITER_ALL | BPF_TASK_BY_ID_ITER_LEADERS)
TIMED(by_id_tgid, task_by_id, id, BPF_TASK_ITER_TGID)
TIMED(by_id_all, task_by_id, 0, BPF_TASK_ITER_ALL)
TIMED(or_id_tgid, task_or_id, task, 0, BPF_TASK_ITER_TGID)
TIMED(or_id_all, task_or_id, NULL, 0, BPF_TASK_ITER_ALL)

#define READ(name, target, member)							\
SEC("iter/" target)									\
int name(struct bpf_iter__##name *ctx)							\
{											\
	if (ctx->member)								\
		nr++;									\
	return 0;									\
}

READ(task, "task", task)
READ(kmem_cache, "kmem_cache", s)
READ(kmem_cache_kiter, "kmem_cache_kiter", s)
