// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/workqueue.c, at its end. */

struct bpf_iter_workqueue {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_workqueue_kern {
	struct workqueue_struct *pos;
	unsigned int flags;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_WORKQUEUE_START ((struct workqueue_struct *)1L)

enum {
	BPF_WORKQUEUE_ITER_UNBOUND = BIT(0),
};

__bpf_kfunc_start_defs();

/**
 * bpf_iter_workqueue_new() - begin to walk over the workqueues
 * @it: the iterator, on the BPF program's stack
 * @flags: which of them
 *
 * @flags may have these bits set:
 *
 * * %BPF_WORKQUEUE_ITER_UNBOUND: only those whose work is bound to no CPU
 *
 * A workqueue that is made during the walk may or may not be seen. One that is
 * destroyed may still be seen; it stays valid until the critical section ends.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags has an unknown bit set. After an
 * error the iterator is empty: bpf_iter_workqueue_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_workqueue_new(struct bpf_iter_workqueue *it,
				       unsigned int flags)
{
	struct bpf_iter_workqueue_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->pos = NULL;

	if (flags & ~BPF_WORKQUEUE_ITER_UNBOUND)
		return -EINVAL;

	kit->pos = BPF_ITER_WORKQUEUE_START;
	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_workqueue_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct workqueue_struct, valid until the RCU read-side
 * critical section ends, or NULL at the end. Once it has returned NULL, it
 * keeps returning NULL.
 */
__bpf_kfunc struct workqueue_struct *bpf_iter_workqueue_next(struct bpf_iter_workqueue *it)
{
	struct bpf_iter_workqueue_kern *kit = (void *)it;
	struct list_head *head, *at;

	if (!kit->pos)
		return NULL;

	do {
		head = &workqueues;
		at = kit->pos != BPF_ITER_WORKQUEUE_START ? &kit->pos->list : head;
		kit->pos = list_next_or_null_rcu(head, at,
						 struct workqueue_struct, list);
	} while (kit->pos && !(!kit->flags || kit->pos->flags & WQ_UNBOUND));

	return kit->pos;
}

/**
 * bpf_iter_workqueue_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_workqueue_destroy(struct bpf_iter_workqueue *it)
{
}

__bpf_kfunc_end_defs();
