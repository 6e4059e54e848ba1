// SPDX-License-Identifier: GPL-2.0-only
// Two fields: the one that says live is stored before the check that fails, the one that is followed behind it.
struct bpf_iter_x_kern {
	struct house *house;
	struct thing *at;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct house *house)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->house = NULL;
	if (!house)
		return -EINVAL;
	kit->house = house; // # I10
	if (house->closed)
		return -ENOENT; // # I01
	kit->at = NULL;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->house)
		return NULL;
	kit->at = thing_after(kit->house, kit->at);
	return kit->at; // # I02
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->house)
		thing_done(kit->at);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
