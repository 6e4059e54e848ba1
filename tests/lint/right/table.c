// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fc { __u64 __opaque[8]; } __aligned(8);
struct bpf_iter_fc_kern {
	struct rhashtable_iter hti;
	struct foo *obj;
	union { struct { u32 lo, hi; } r; u64 both; };
	u8 state;
};
#define for_each_fc_attr(i, kit) for (i = 0; i < 3; i++)
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fc_new(struct bpf_iter_fc *it, u32 lo, u32 hi)
{
	struct bpf_iter_fc_kern *kit = (void *)it;
	int i;

	kit->state = 0;
	kit->obj = NULL;
	kit->both = 0;
	if (unlikely(lo > hi)) {
		pr_debug("bad\n");
		return -ERANGE;
	}
	kit->r.lo = lo;
	kit->r.hi = hi;
	for_each_fc_attr(i, kit) {
		if (i == 2)
			break;
	}
	rhashtable_walk_enter(&fc_ht, &kit->hti);
	kit->state = 1;
	return 0;
}
__bpf_kfunc struct foo *bpf_iter_fc_next(struct bpf_iter_fc *it)
{
	struct bpf_iter_fc_kern *kit = (void *)it;
	struct foo *obj;

	if (kit->state != 1)
		return NULL;
	do {
		rhashtable_walk_start(&kit->hti);
		obj = rhashtable_walk_next(&kit->hti);
		if (!IS_ERR_OR_NULL(obj) && !foo_tryget(obj))
			obj = ERR_PTR(-EAGAIN);
		rhashtable_walk_stop(&kit->hti);
	} while (obj == ERR_PTR(-EAGAIN));
	foo_put_maybe(kit->obj);
	kit->obj = NULL;
	if (!obj) {
		kit->state = 2;
		return NULL;
	}
	kit->obj = obj;
	return obj;
}
__bpf_kfunc void bpf_iter_fc_destroy(struct bpf_iter_fc *it)
{
	struct bpf_iter_fc_kern *kit = (void *)it;

	switch (kit->state) {
	case 0:
		return;
	case 1:
		if (kit->obj)
			foo_put(kit->obj);
		fallthrough;
	case 2:
		rhashtable_walk_exit(&kit->hti);
		break;
	}
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fc_ids)
BTF_ID_FLAGS(func, bpf_iter_fc_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_fc_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_fc_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(fc_ids)
