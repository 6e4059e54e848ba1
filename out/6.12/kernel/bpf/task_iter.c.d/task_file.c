// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

struct bpf_iter_task_file {
	__u64 __opaque[3];
} __aligned(8);

struct bpf_iter_task_file_kern {
	struct task_struct *task;
	struct file *file;
	unsigned int fd;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_TASK_FILE_START ((struct file *)1L)

__bpf_kfunc_start_defs();

/**
 * bpf_iter_task_file_new() - begin to walk over the open files of a task
 * @it: the iterator, on the BPF program's stack
 * @task: whose files
 *
 * Files come by the numbers of their descriptors, and as often as they have
 * one.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_task_file_new(struct bpf_iter_task_file *it,
				       struct task_struct *task)
{
	struct bpf_iter_task_file_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->task = task;
	kit->file = BPF_ITER_TASK_FILE_START;
	kit->fd = 0;
	return 0;
}

/**
 * bpf_iter_task_file_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct file, valid until the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct file *bpf_iter_task_file_next(struct bpf_iter_task_file *it)
{
	struct bpf_iter_task_file_kern *kit = (void *)it;
	struct file *prev = kit->file;
	struct file *pos;

	if (!prev)
		return NULL;

	if (prev == BPF_ITER_TASK_FILE_START)
		pos = task_lookup_next_fdget_rcu(kit->task, &kit->fd);
	else
		pos = (kit->fd++, task_lookup_next_fdget_rcu(kit->task, &kit->fd));

	if (prev != BPF_ITER_TASK_FILE_START)
		fput(prev);

	kit->file = pos;
	return pos;
}

/**
 * bpf_iter_task_file_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_task_file_destroy(struct bpf_iter_task_file *it)
{
	struct bpf_iter_task_file_kern *kit = (void *)it;

	if (kit->file && kit->file != BPF_ITER_TASK_FILE_START)
		fput(kit->file);
}

__bpf_kfunc_end_defs();
