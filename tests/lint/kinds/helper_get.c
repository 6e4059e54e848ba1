// SPDX-License-Identifier: GPL-2.0-only
// A helper that is called as what takes references is: what is wrong stands in its body.
static LIST_HEAD(cells);

static struct cell *cell_get_after(struct cell *prev)
{
	struct cell *cell;

	rcu_read_lock(); // # I09
	cell = list_first_or_null_rcu(prev ? &prev->inner : &cells, struct cell, node);
	if (cell && !refcount_inc_not_zero(&cell->refs))
		return NULL;
	rcu_read_unlock();
	return cell;
}

static void cell_put(struct cell *cell)
{
	if (cell && refcount_dec_and_test(&cell->refs))
		kfree_rcu(cell, rcu);
}

struct bpf_iter_x_kern {
	struct cell *pos;
	u64 over;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	kit->over = 1;
	if (flags)
		return -EINVAL;
	kit->over = 0;
	return 0;
}

__bpf_kfunc struct cell *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cell *pos;

	if (kit->over)
		return NULL;
	pos = cell_get_after(kit->pos);
	cell_put(kit->pos);
	kit->pos = pos;
	kit->over = !pos;
	return pos;
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
