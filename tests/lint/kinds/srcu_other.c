// SPDX-License-Identifier: GPL-2.0-only
// What is left is a section of another SRCU domain.
DEFINE_STATIC_SRCU(cells_srcu);
DEFINE_STATIC_SRCU(other_srcu);

struct bpf_iter_x_kern {
	struct cell *pos;
	int idx;
	u32 inside;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	memset(kit, 0, sizeof(*kit));
	if (flags)
		return -EINVAL;
	kit->idx = srcu_read_lock(&cells_srcu); // # I04
	kit->inside = 1;
	kit->pos = srcu_dereference(first_cell, &cells_srcu);
	return 0;
}

__bpf_kfunc struct cell *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct cell *pos = kit->pos;

	if (pos)
		kit->pos = READ_ONCE(pos->after);
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->inside)
		srcu_read_unlock(&other_srcu, kit->idx); // # I09
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
