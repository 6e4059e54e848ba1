// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: 
// all: 
struct cursor {
	struct dev_pool *pool;
	struct dev_item *item;
	u32 at;
};

struct bpf_iter_x_kern {
	struct cursor *cursor;
};

DEFINE_FREE(pool, struct dev_pool *, if (_T) pool_put(_T))

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct dev_pool *pool, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct cursor *cursor __free(kfree) = NULL;

	kit->cursor = NULL;
	if (nr > 64)
		return -E2BIG;
	cursor = kzalloc(sizeof(*cursor), GFP_NOWAIT);
	if (!cursor)
		return -ENOMEM;
	if (!pool_tryget(pool))
		return -ESTALE;
	cursor->pool = pool;
	cursor->at = nr;
	kit->cursor = no_free_ptr(cursor);
	return 0;
}

__bpf_kfunc struct dev_item *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cursor *cursor = kit->cursor;
	struct dev_item *item;

	if (!cursor || cursor->at >= 64)
		return NULL;
	scoped_guard(spinlock, &cursor->pool->lock) {
		item = idr_find(&cursor->pool->items, cursor->at);
		if (item)
			item_hold(item);
	}
	if (cursor->item)
		item_put(cursor->item);
	cursor->item = item;
	cursor->at = item ? cursor->at + 1 : 64;
	return item;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cursor *cursor = kit->cursor;

	if (!cursor)
		return;
	if (cursor->item)
		item_put(cursor->item);
	pool_put(cursor->pool);
	kfree(cursor);
}
// I14: \tkit->cursor = no_free_ptr(cursor); ==> \tkit->cursor = cursor;
// I04: \tpool_put(cursor->pool);\n ==> 
// I14: \t\tif (item)\n\t\t\titem_hold(item);\n ==> \t\titem = item;\n
// I08: \t\tif (item)\n\t\t\titem_hold(item); ==> \t\tmsleep(1);\n\t\tif (item)\n\t\t\titem_hold(item);
// I55: \tkfree(cursor);\n} ==> \tbpf_mem_free(&bpf_global_ma, cursor);\n}
// I53: \tif (!cursor)\n\t\treturn -ENOMEM;\n ==> 
// I04: \tif (cursor->item)\n\t\titem_put(cursor->item);\n\tpool_put ==> \tpool_put
