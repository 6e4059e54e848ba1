// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	struct page_pool *pool;
	unsigned long index;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pool = NULL;
	kit->index = 0;
	if (!flags)
		return 0;
	kit->index = ULONG_MAX;
	return -EINVAL;
}

__bpf_kfunc struct page_pool *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	XA_STATE(xas, &page_pools, kit->index);
	struct page_pool *pool, *old = kit->pool;

	kit->pool = NULL;
	if (kit->index == ULONG_MAX) {
		pool = NULL;
		goto out;
	}
	rcu_read_lock();
retry:
	pool = xas_find(&xas, ULONG_MAX);
	if (pool) {
		if (xas_retry(&xas, pool))
			goto retry;
		if (!refcount_inc_not_zero(&pool->user_cnt))
			goto retry;
		kit->index = xas.xa_index + 1;
	} else {
		kit->index = ULONG_MAX;
	}
	rcu_read_unlock();
out:
	if (old)
		pool_put(old);
	kit->pool = pool;
	return pool;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pool)
		pool_put(kit->pool);
}
// I04: \tif (old)\n\t\tpool_put(old);\n ==> 
// I09: \t\tkit->index = ULONG_MAX;\n\t}\n\trcu ==> \t\treturn NULL;\n\t}\n\trcu
// I14: \t\tif (!refcount_inc_not_zero(&pool->user_cnt))\n\t\t\tgoto retry;\n ==> 
// I02: \t} else {\n\t\tkit->index = ULONG_MAX;\n\t} ==> \t}
// I04: \tkit->pool = pool;\n\treturn pool; ==> \treturn pool;
// I01: \tkit->pool = NULL;\n\tkit->index = 0; ==> \tkit->index = 0;
