// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/sched/ext/ext.c, at its end. */

struct bpf_iter_scx_dsq {
	__u64 __opaque[6];
} __aligned(8);

struct bpf_iter_scx_dsq_kern {
	struct scx_dsq_list_node cursor;
	struct scx_dispatch_q *dsq;
	u64 slice;
	u64 vtime;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_scx_dsq_new() - begin to walk over the tasks in a dispatch queue
 * @it: the iterator, on the BPF program's stack
 * @dsq_id: the queue
 * @flags: how to walk
 * @aux: the program, which belongs to a scheduler
 *
 * @flags may have these bits set:
 *
 * * %SCX_DSQ_ITER_REV: from the last task to the first
 *
 * Tasks that are queued after new() are not visited. The task that next() has
 * returned can be moved to another queue, and the walk goes on after it.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -ENODEV if no scheduler runs the program, -EINVAL if
 * @flags has an unknown bit set, -ENOENT if there is no such queue. After an
 * error the iterator is empty: bpf_iter_scx_dsq_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
				     u64 flags, const struct bpf_prog_aux *aux)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it;
	struct scx_dispatch_q *dsq;
	struct scx_sched *sch;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->dsq = NULL;
	kit->cursor.node.next = NULL;

	sch = scx_prog_sched(aux);
	if (!sch)
		return -ENODEV;

	if (flags & ~(u64)SCX_DSQ_ITER_REV)
		return -EINVAL;

	dsq = find_user_dsq(sch, dsq_id);
	if (!dsq)
		return -ENOENT;

	kit->cursor = INIT_DSQ_LIST_CURSOR(kit->cursor, dsq, flags);
	kit->dsq = dsq;
	return 0;
}

/**
 * bpf_iter_scx_dsq_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it;
	struct task_struct *pos;
	unsigned long flags;

	if (!kit->cursor.node.next)
		return NULL;

	raw_spin_lock_irqsave(&kit->dsq->lock, flags);
	pos = nldsq_cursor_next_task(&kit->cursor, kit->dsq);
	raw_spin_unlock_irqrestore(&kit->dsq->lock, flags);

	/* once drained, always drained: the verifier counts on it */
	if (!pos)
		kit->cursor.node.next = NULL;

	return pos;
}

/**
 * bpf_iter_scx_dsq_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it;
	unsigned long flags;

	if (!kit->cursor.node.next || list_empty(&kit->cursor.node))
		return;

	raw_spin_lock_irqsave(&kit->dsq->lock, flags);
	list_del_init(&kit->cursor.node);
	raw_spin_unlock_irqrestore(&kit->dsq->lock, flags);
}

/**
 * scx_bpf_dsq_move_set_slice() - set the slice of the next task that is moved
 * @it__iter: the iterator
 * @slice: the slice in nanoseconds
 */
__bpf_kfunc void scx_bpf_dsq_move_set_slice(struct bpf_iter_scx_dsq *it__iter,
					    u64 slice)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it__iter;

	if (!kit->dsq)
		return;

	kit->slice = slice;
	kit->cursor.flags |= __SCX_DSQ_ITER_HAS_SLICE;
}

/**
 * scx_bpf_dsq_move_set_vtime() - set the vtime of the next task that is moved
 * @it__iter: the iterator
 * @vtime: the time by which the other queue is sorted
 */
__bpf_kfunc void scx_bpf_dsq_move_set_vtime(struct bpf_iter_scx_dsq *it__iter,
					    u64 vtime)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it__iter;

	if (!kit->dsq)
		return;

	kit->vtime = vtime;
	kit->cursor.flags |= __SCX_DSQ_ITER_HAS_VTIME;
}

/**
 * scx_bpf_dsq_move() - move a task to another queue
 * @it__iter: the iterator
 * @p: the task, which was in the queue before the walk
 * @dsq_id: the other queue
 * @enq_flags: SCX_ENQ_*
 *
 * Return: the result, or false if bpf_iter_scx_dsq_new() failed.
 */
__bpf_kfunc bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it__iter,
				  struct task_struct *p, u64 dsq_id,
				  u64 enq_flags)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it__iter;

	if (!kit->dsq)
		return false;

	return scx_dsq_move(kit, p, dsq_id, enq_flags, false);
}

/**
 * scx_bpf_dsq_move_vtime() - move a task to a queue that is sorted by time
 * @it__iter: the iterator
 * @p: the task, which was in the queue before the walk
 * @dsq_id: the other queue
 * @enq_flags: SCX_ENQ_*
 *
 * Return: the result, or false if bpf_iter_scx_dsq_new() failed.
 */
__bpf_kfunc bool scx_bpf_dsq_move_vtime(struct bpf_iter_scx_dsq *it__iter,
					struct task_struct *p, u64 dsq_id,
					u64 enq_flags)
{
	struct bpf_iter_scx_dsq_kern *kit = (void *)it__iter;

	if (!kit->dsq)
		return false;

	return scx_dsq_move(kit, p, dsq_id, enq_flags, true);
}

__bpf_kfunc_end_defs();
