// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

struct bpf_iter_task {
	__u64 __opaque[3];
} __aligned(8);

struct bpf_iter_task_kern {
	struct task_struct *leader;
	struct task_struct *pos;
	unsigned int flags;
} __aligned(8);

enum {
	BPF_TASK_ITER_ALL_PROCS,
	BPF_TASK_ITER_ALL_THREADS,
	BPF_TASK_ITER_PROC_THREADS,
};

/* the number of the process that a pidfd is of */
static int bpf_iter_task_tgid_of(int fd)
{
	unsigned int flags;
	struct pid *pid;
	int tgid;

	pid = pidfd_get_pid(fd, &flags);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	tgid = pid_vnr(pid);
	put_pid(pid);
	return tgid ?: -ESRCH;
}

/* the process with a number, NULL for 0 */
static struct task_struct *bpf_iter_task_process(int tgid)
{
	struct task_struct *task;

	if (!tgid)
		return NULL;
	rcu_read_lock();
	task = get_pid_task(find_vpid(tgid), PIDTYPE_TGID);
	rcu_read_unlock();
	return task ?: ERR_PTR(-ESRCH);
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_task_new() - begin to walk over processes and threads
 * @it: the iterator, on the BPF program's stack
 * @task__nullable: a thread of the process to walk, or NULL
 * @flags: what to walk
 *
 * @flags selects what is visited:
 *
 * * %BPF_TASK_ITER_ALL_PROCS: all processes of the system
 * * %BPF_TASK_ITER_ALL_THREADS: all threads of the system
 * * %BPF_TASK_ITER_PROC_THREADS: all threads of the process of @task__nullable
 *
 * A task that is forked during the walk may or may not be seen. One that exits
 * may still be seen; it stays valid until the critical section ends. To keep
 * it longer, acquire a reference with bpf_task_acquire().
 *
 * All processes include the idle task, whose pid is 0, and those that have
 * exited and that nobody has waited for yet.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not one of these values or if
 * @task__nullable is NULL and @flags is %BPF_TASK_ITER_PROC_THREADS. After an
 * error the iterator is empty: bpf_iter_task_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_task_new(struct bpf_iter_task *it,
				  struct task_struct *task__nullable,
				  unsigned int flags)
{
	struct bpf_iter_task_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->pos = NULL;

	switch (flags) {
	case BPF_TASK_ITER_ALL_PROCS:
	case BPF_TASK_ITER_ALL_THREADS:
		kit->leader = &init_task;
		kit->pos = kit->leader;
		break;
	case BPF_TASK_ITER_PROC_THREADS:
		if (!task__nullable)
			return -EINVAL;
		kit->pos = list_first_or_null_rcu(&task__nullable->signal->thread_head,
						  struct task_struct,
						  thread_node);
		break;
	default:
		return -EINVAL;
	}

	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_task_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it)
{
	struct bpf_iter_task_kern *kit = (void *)it;
	struct task_struct *pos = kit->pos;

	if (!pos)
		return NULL;

	if (kit->flags != BPF_TASK_ITER_ALL_PROCS) {
		kit->pos = __next_thread(pos);
		if (kit->pos || kit->flags == BPF_TASK_ITER_PROC_THREADS)
			return pos;
	}

	kit->leader = next_task(kit->leader);
	kit->pos = kit->leader == &init_task ? NULL : kit->leader;
	return pos;
}

/**
 * bpf_iter_task_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_task_destroy(struct bpf_iter_task *it)
{
}

__bpf_kfunc_end_defs();
