// SPDX-License-Identifier: GPL-2.0-only
// The next element is looked for from one that was released just before.
struct bpf_iter_x_kern {
	struct thing *at;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->at = thing_first_get();
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct thing *at = kit->at;

	if (!at)
		return NULL;
	thing_put(at);
	kit->at = thing_behind(at->next); // # I14
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
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
