// SPDX-License-Identifier: GPL-2.0-only
// One of several flags leaves new() before anything is stored.
struct bpf_iter_x_kern {
	struct thing *first;
	struct thing *at;
	u32 how;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct thing *thing__nullable, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	switch (flags) {
	case ALL_THINGS:
		break;
	case OWN_THINGS:
		if (!thing__nullable)
			return -EINVAL; // # I01
		break;
	default:
		kit->at = NULL;
		return -EINVAL;
	}
	kit->at = flags == ALL_THINGS ? &first_thing : thing__nullable;
	kit->first = kit->at;
	kit->how = flags;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct thing *at = kit->at;

	if (!at)
		return NULL;
	kit->at = kit->how == ALL_THINGS ? thing_next(at) : thing_child(at);
	if (kit->at == kit->first)
		kit->at = NULL;
	return at;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_RCU_PROTECTED)
BTF_KFUNCS_END(x_ids)
