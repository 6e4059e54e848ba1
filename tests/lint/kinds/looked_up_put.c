// SPDX-License-Identifier: GPL-2.0-only
// What a lookup gave without a reference is released.
static DEFINE_XARRAY(cells);

struct bpf_iter_x_kern {
	unsigned long index;
	struct cell *cell;
	u64 over;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	memset(kit, 0, sizeof(*kit));
	return 0;
}

__bpf_kfunc struct cell *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cell *cell;

	if (kit->over)
		return NULL;
	if (kit->cell)
		kref_put(&kit->cell->kref, cell_free); // # I14
	xa_lock(&cells);
	cell = xa_find(&cells, &kit->index, ULONG_MAX, XA_PRESENT);
	xa_unlock(&cells);
	kit->index++;
	kit->cell = cell;
	kit->over = !cell;
	return cell;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->cell)
		kref_put(&kit->cell->kref, cell_free); // # I14
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
