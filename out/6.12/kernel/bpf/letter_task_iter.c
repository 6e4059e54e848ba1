// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/init.h>
#include <linux/init_task.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

struct bpf_iter_letter_task {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_letter_task_kern {
	struct task_struct *task;
	struct task_struct *pos;
	struct task_struct *start;
	int flag;
	bool wrapped;
} __aligned(8);

/**
 * enum letter_task_walk - what to walk, for bpf_iter_letter_task_new()
 * @ITERATE_PROCESS: every process, from that of task on and round to it
 * @ITERATE_THREAD: every thread of the process of task
 * @ITERATE_ALL: every thread of every process
 */
enum letter_task_walk {
	ITERATE_PROCESS,
	ITERATE_THREAD,
	ITERATE_ALL,
};

__bpf_kfunc_start_defs();

/**
 * bpf_iter_letter_task_new() - begin to walk over processes and threads, as
 *	seen from one task
 * @it: the iterator, on the BPF program's stack
 * @task: the task where the walk starts
 * @flag: what to walk, an enum letter_task_walk
 *
 * With %ITERATE_PROCESS, if the first element is removed from the circular
 * list during the walk, the walk goes on to the end of the list, and may visit
 * some elements twice.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flag is no enum letter_task_walk, -ESRCH
 * if the process of @task is gone and @flag is %ITERATE_PROCESS. After an
 * error the iterator is empty: bpf_iter_letter_task_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_letter_task_new(struct bpf_iter_letter_task *it,
					 struct task_struct *task, int flag)
{
	struct bpf_iter_letter_task_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->task = NULL;

	switch (flag) {
	case ITERATE_PROCESS:
		if (!pid_alive(task))
			return -ESRCH;
		kit->task = task;
		kit->start = task->group_leader;
		kit->pos = kit->start;
		break;
	case ITERATE_THREAD:
		kit->task = task;
		kit->pos = NULL;
		break;
	case ITERATE_ALL:
		kit->task = &init_task;
		kit->pos = NULL;
		break;
	default:
		return -EINVAL;
	}

	kit->flag = flag;
	kit->wrapped = false;
	return 0;
}

/**
 * bpf_iter_letter_task_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_letter_task_next(struct bpf_iter_letter_task *it)
{
	struct bpf_iter_letter_task_kern *kit = (void *)it;
	struct list_head *head, *at;
	struct task_struct *pos;

	if (!kit->task)
		return NULL;

	switch (kit->flag) {
	case ITERATE_PROCESS:
		pos = kit->pos;
		kit->pos = next_task(kit->pos);
		/* the start may leave the ring meanwhile, the anchor cannot */
		if (kit->pos == kit->start ||
		    (kit->pos == &init_task && kit->wrapped))
			kit->task = NULL;
		else if (kit->pos == &init_task)
			kit->wrapped = true;
		return pos;
	case ITERATE_THREAD:
		head = &kit->task->signal->thread_head;
		at = kit->pos ? &kit->pos->thread_node : head;
		kit->pos = list_next_or_null_rcu(head, at, struct task_struct,
						 thread_node);
		break;
	case ITERATE_ALL:
		do {
			head = &kit->task->signal->thread_head;
			at = kit->pos ? &kit->pos->thread_node : head;
			kit->pos = list_next_or_null_rcu(head, at,
							 struct task_struct,
							 thread_node);
			if (kit->pos)
				break;
			kit->task = next_task(kit->task);
			if (kit->task == &init_task)
				kit->task = NULL;
		} while (kit->task);
		break;
	}

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->task = NULL;

	return kit->pos;
}

/**
 * bpf_iter_letter_task_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_letter_task_destroy(struct bpf_iter_letter_task *it)
{
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(bpf_iter_letter_task_ids)
BTF_ID_FLAGS(func, bpf_iter_letter_task_new, KF_ITER_NEW | KF_TRUSTED_ARGS | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_letter_task_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_letter_task_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(bpf_iter_letter_task_ids)

static const struct btf_kfunc_id_set bpf_iter_letter_task_set = {
	.owner = THIS_MODULE,
	.set = &bpf_iter_letter_task_ids,
};

static int __init bpf_iter_letter_task_init(void)
{
	int ret;

	ret = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &bpf_iter_letter_task_set);
	ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &bpf_iter_letter_task_set);
	return ret;
}
late_initcall(bpf_iter_letter_task_init);
