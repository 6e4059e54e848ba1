// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fe { __u64 __opaque[6]; } __aligned(8);
struct bpf_iter_fe_kern { struct list_head cursor; struct pool *pool; u64 seq; u32 left; bool reverse:1, ended:1; };
static bool fe_is_cursor(struct item *item)
{
	return item->flags & ITEM_CURSOR;
}
static struct item *fe_step(struct bpf_iter_fe_kern *kit)
{
	struct list_head *at = &kit->cursor;

	for (;;) {
		struct item *item;

		at = kit->reverse ? at->prev : at->next;
		if (at == &kit->pool->items)
			return NULL;
		item = list_entry(at, struct item, node);
		if (fe_is_cursor(item))
			continue;
		return item;
	}
}
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fe_new(struct bpf_iter_fe *it, u32 id, u64 flags)
{
	struct bpf_iter_fe_kern *kit = (void *)it;
	struct pool *pool;
	int err = 0;

	memset(kit, 0, sizeof(*kit));
	INIT_LIST_HEAD(&kit->cursor);
	if (flags & ~(u64)FE_REVERSE)
		return -EINVAL;
	rcu_read_lock();
	pool = idr_find(&pools, id);
	if (!pool || !kref_get_unless_zero(&pool->ref)) {
		err = -ENOENT;
		goto unlock;
	}
	kit->pool = pool;
	kit->reverse = !!(flags & FE_REVERSE);
	kit->left = 1 << 20;
unlock:
	rcu_read_unlock();
	if (err)
		return err;
	spin_lock(&pool->lock);
	if (kit->reverse)
		list_add_tail(&kit->cursor, &pool->items);
	else
		list_add(&kit->cursor, &pool->items);
	spin_unlock(&pool->lock);
	return 0;
}
__bpf_kfunc struct item *bpf_iter_fe_next(struct bpf_iter_fe *it)
{
	struct bpf_iter_fe_kern *kit = (void *)it;
	struct item *item;

	if (!kit->pool || kit->ended)
		return NULL;
	if (kit->left == 0) {
		kit->ended = true;
		return NULL;
	}
	kit->left -= 1;
	spin_lock(&kit->pool->lock);
	item = fe_step(kit);
	if (item)
		list_move(&kit->cursor, &item->node);
	else
		kit->ended = true;
	spin_unlock(&kit->pool->lock);
	return item;
}
__bpf_kfunc void bpf_iter_fe_destroy(struct bpf_iter_fe *it)
{
	struct bpf_iter_fe_kern *kit = (void *)it;
	struct pool *pool = kit->pool;

	if (!pool)
		return;
	scoped_guard(spinlock, &pool->lock)
		list_del_init(&kit->cursor);
	kref_put(&pool->ref, pool_release);
	kit->pool = NULL;
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fe_ids)
BTF_ID_FLAGS(func, bpf_iter_fe_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_fe_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_fe_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(fe_ids)
