// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_x_kern {
	struct cell *pos;
	u64 id;
};

static spinlock_t locks[64];
static struct hlist_head heads[64];

static void cell_put(struct cell *cell)
{
	if (cell && refcount_dec_and_test(&cell->refs))
		cell_destroy(cell);
}

static struct cell *in_bucket(u32 hash)
{
	spinlock_t *lock = &locks[hash];
	struct cell *one;

	spin_lock(lock);
	hlist_for_each_entry(one, &heads[hash], node) {
		if (!refcount_inc_not_zero(&one->refs))
			continue;
		spin_unlock(lock);
		return one;
	}
	spin_unlock(lock);
	return NULL;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	kit->id = 0;
	return 0;
}

__bpf_kfunc struct cell *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cell *cell;

	struct cell *before = kit->pos;

	if (kit->id >= 64)
		return NULL;
	for (cell = NULL; !cell && kit->id < 64; kit->id++)
		cell = in_bucket(kit->id);
	kit->pos = cell;
	cell_put(before);
	return cell;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	cell_put(kit->pos);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
