// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

struct bpf_iter_process {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_process_kern {
	struct task_struct *pos;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_process_new() - begin to walk over all processes
 * @it: the iterator, on the BPF program's stack
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_process_new(struct bpf_iter_process *it)
{
	struct bpf_iter_process_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = &init_task;
	return 0;
}

/**
 * bpf_iter_process_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_process_next(struct bpf_iter_process *it)
{
	struct bpf_iter_process_kern *kit = (void *)it;
	struct task_struct *pos;

	if (!kit->pos)
		return NULL;

	pos = kit->pos;
	kit->pos = next_task(kit->pos);
	if (kit->pos == &init_task)
		kit->pos = NULL;

	return pos;
}

/**
 * bpf_iter_process_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_process_destroy(struct bpf_iter_process *it)
{
}

__bpf_kfunc_end_defs();
