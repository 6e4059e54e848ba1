// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_x_kern {
	struct cell *pos;
	u64 id;
};

DEFINE_STATIC_SRCU(cells_srcu);

static void cell_put(struct cell *cell)
{
	kref_put(&cell->kref, cell_free);
}

static struct cell *cell_get_nr(u64 nr)
{
	struct srcu_struct *ss = &cells_srcu;
	struct cell *cell;
	int idx;

	idx = srcu_read_lock(ss);
	cell = radix_tree_lookup(&cells, nr);
	if (cell && !kref_get_unless_zero(&cell->kref))
		cell = ERR_PTR(-EAGAIN);
	srcu_read_unlock(&cells_srcu, idx);
	return cell;
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
	do {
		cell = cell_get_nr(kit->id);
	} while (IS_ERR(cell));
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
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(x_ids)
