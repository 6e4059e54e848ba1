// SPDX-License-Identifier: GPL-2.0-only
// No element yet and no element any more are told by the same NULL.
struct bpf_iter_x_kern {
	struct thing *at;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->at = NULL;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->at)
		kit->at = thing_next_get(kit->at);
	else
		kit->at = thing_first_get();
	if (!kit->at)
		return NULL; // # I02
	return kit->at;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->at)
		thing_put(kit->at);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(x_ids)
