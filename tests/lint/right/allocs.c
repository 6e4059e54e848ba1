// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {
	__u64 __opaque[2];
} __aligned(8);

struct st {
	struct rcu_head rcu;
	u32 *ids;
	struct seen *seen;
	u32 nr, at;
	u32 last;
};

struct bpf_iter_x_kern {
	struct st *st;
	void *extra;
};

static void st_free(struct st *st)
{
	if (!st)
		return;
	kvfree(st->ids);
	kmem_cache_free(seen_cache, st->seen);
	kfree_rcu(st, rcu);
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct st *st;

	kit->st = NULL;
	kit->extra = NULL;
	if (!nr || nr > 4096)
		return -E2BIG;
	st = kzalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	st->ids = kvcalloc(nr, sizeof(*st->ids), GFP_KERNEL);
	st->seen = kmem_cache_zalloc(seen_cache, GFP_KERNEL);
	kit->extra = bpf_mem_cache_alloc(&extra_ma);
	if (!st->ids || !st->seen || !kit->extra) {
		kvfree(st->ids);
		if (st->seen)
			kmem_cache_free(seen_cache, st->seen);
		if (kit->extra)
			bpf_mem_cache_free(&extra_ma, kit->extra);
		kit->extra = NULL;
		kfree(st);
		return -ENOMEM;
	}
	st->nr = collect(st->ids, nr);
	kit->st = st;
	return 0;
}

__bpf_kfunc u32 *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct st *st = kit->st;

	if (!st || st->at >= st->nr)
		return NULL;
	st->last = st->ids[st->at++];
	return &st->last;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	st_free(kit->st);
	if (kit->extra)
		bpf_mem_cache_free_rcu(&extra_ma, kit->extra);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(x_ids)
