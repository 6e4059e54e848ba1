// SPDX-License-Identifier: GPL-2.0-only
// A number without a sign is counted down once more behind the end, and what is followed is stored behind a check.
struct bpf_iter_x_kern {
	struct thing *at;
	u32 left;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->left = 0;
	if (!nr)
		return -EINVAL; // # I01
	kit->at = &first_thing;
	kit->left = nr;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct thing *at = kit->at;

	if (kit->left-- == 0)
		return NULL; // # I02
	kit->at = thing_behind(at);
	return at;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
