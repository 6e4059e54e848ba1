// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_x_kern {
	struct cell *pos;
	u64 id;
};

static DEFINE_SPINLOCK(cells_lock);
static DEFINE_IDR(cells);

static void cell_put(struct cell *cell)
{
	if (atomic_dec_and_test(&cell->users))
		call_rcu(&cell->rcu, cell_free_rcu);
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

	if (kit->id == U64_MAX)
		return NULL;
	spinlock_t *lock = &cells_lock;

	spin_lock(lock);
	cell = idr_find(&cells, kit->id);
	if (cell)
		atomic_inc(&cell->users);
	spin_unlock(&cells_lock);
	if (kit->pos)
		cell_put(kit->pos);
	kit->pos = cell;
	kit->id = cell ? kit->id + 1 : U64_MAX;
	return cell;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		cell_put(kit->pos);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
