// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

/**
 * struct bpf_open_file - what bpf_iter_open_file_next() returns
 * @file: the file
 * @task: the task that has it open
 * @fd: its descriptor
 */
struct bpf_open_file {
	struct file *file;
	struct task_struct *task;
	unsigned int fd;
};

struct bpf_iter_open_file {
	__u64 __opaque[8];
} __aligned(8);

struct bpf_iter_open_file_kern {
	struct bpf_open_file pos;
	struct task_struct *task;
	unsigned int fd;
} __aligned(8);

/* find the next file that is open, and hold it */
static bool bpf_iter_open_file_fill(struct bpf_open_file *pos,
				    struct task_struct *task, unsigned int *fd)
{
	pos->file = fget_task_next(task, fd);
	pos->task = task;
	pos->fd = (*fd)++;
	return pos->file;
}

/* the file is held for one step */
static void bpf_iter_open_file_drop(struct bpf_open_file *pos)
{
	if (pos->file)
		fput(pos->file);
}

static void bpf_iter_open_file_release(struct bpf_iter_open_file_kern *kit)
{
	bpf_iter_open_file_drop(&kit->pos);
	kit->task = NULL;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_open_file_new() - begin to walk over the open files of a task with
 *	their descriptors
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
__bpf_kfunc int bpf_iter_open_file_new(struct bpf_iter_open_file *it,
				       struct task_struct *task)
{
	struct bpf_iter_open_file_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->task = task;
	kit->fd = 0;
	memset(&kit->pos, 0, sizeof(kit->pos));
	return 0;
}

/**
 * bpf_iter_open_file_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct bpf_open_file, overwritten by the next call, or
 * NULL at the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct bpf_open_file *bpf_iter_open_file_next(struct bpf_iter_open_file *it)
{
	struct bpf_iter_open_file_kern *kit = (void *)it;

	if (!kit->task)
		return NULL;

	bpf_iter_open_file_drop(&kit->pos);
	memset(&kit->pos, 0, sizeof(kit->pos));
	if (!bpf_iter_open_file_fill(&kit->pos, kit->task, &kit->fd)) {
		/* once drained, always drained: the verifier counts on it */
		bpf_iter_open_file_release(kit);
		return NULL;
	}

	return &kit->pos;
}

/**
 * bpf_iter_open_file_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_open_file_destroy(struct bpf_iter_open_file *it)
{
	struct bpf_iter_open_file_kern *kit = (void *)it;

	if (kit->task)
		bpf_iter_open_file_release(kit);
}

__bpf_kfunc_end_defs();
