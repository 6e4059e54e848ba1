// SPDX-License-Identifier: GPL-2.0-only
// The source is stored late, and a walk that has ended still has it.
struct bpf_iter_x_kern {
	struct queue *queue;
	struct thing *at;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u64 id, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct house *house = house_of(id);

	if (!house)
		return -ENODEV; // # I01
	kit->queue = NULL;
	if (flags)
		return -EINVAL;
	kit->queue = queue_find(house, id);
	if (!kit->queue)
		return -ENOENT;
	kit->at = NULL;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->queue)
		return NULL;
	guard(raw_spinlock_irqsave)(&kit->queue->lock);
	kit->at = queue_next(kit->queue, kit->at);
	return kit->at; // # I02
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->queue)
		queue_forget(kit->queue);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_RCU_PROTECTED)
BTF_KFUNCS_END(x_ids)
