// SPDX-License-Identifier: GPL-2.0-only
// Ids of kfuncs that nobody has written, beside those of an iterator.
struct bpf_iter_x_kern {
	u64 left;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->left = nr;
	return 0;
}

__bpf_kfunc int *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	return kit->left && --kit->left ? (int *)&kit->left : NULL;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_iter_x_peek, KF_RET_NULL) // # I37
BTF_KFUNCS_END(x_ids)
