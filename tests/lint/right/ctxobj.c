// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <linux/refcount.h>

struct bpf_iter_ctxobj {
	__u64 __opaque[3];
} __aligned(8);

struct ctxobj {
	refcount_t users;
	struct rcu_head rcu;
};
struct ctxtab {
	struct xarray xa;
	refcount_t users;
};
struct bpf_iter_ctxobj_kern {
	struct ctxtab *tab;
	struct ctxobj *obj;
	unsigned long index;
} __aligned(8);

static void ctxobj_drop(struct ctxobj *o)
{
	if (refcount_dec_and_test(&o->users))
		kfree_rcu(o, rcu);
}
static void ctxtab_drop(struct ctxtab *t)
{
	if (refcount_dec_and_test(&t->users)) {
		xa_destroy(&t->xa);
		kfree(t);
	}
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_ctxobj_new(struct bpf_iter_ctxobj *it, struct ctxtab *tab)
{
	struct bpf_iter_ctxobj_kern *kit = (void *)it;

	kit->obj = NULL;
	kit->index = 0;
	kit->tab = NULL;
	if (!refcount_inc_not_zero(&tab->users))
		return -ENOENT;
	kit->tab = tab;
	return 0;
}

__bpf_kfunc struct ctxobj *bpf_iter_ctxobj_next(struct bpf_iter_ctxobj *it)
{
	struct bpf_iter_ctxobj_kern *kit = (void *)it;
	struct ctxobj *o;

	if (!kit->tab)
		return NULL;
	if (kit->obj) {
		ctxobj_drop(kit->obj);
		kit->obj = NULL;
	}
	if (kit->index == ULONG_MAX)
		return NULL;

	rcu_read_lock();
	xa_for_each_start(&kit->tab->xa, kit->index, o, kit->index) {
		if (refcount_inc_not_zero(&o->users)) {
			kit->obj = o;
			break;
		}
	}
	rcu_read_unlock();
	if (!kit->obj)
		kit->index = ULONG_MAX;
	else if (kit->index != ULONG_MAX)
		kit->index++;
	return kit->obj;
}

__bpf_kfunc void bpf_iter_ctxobj_destroy(struct bpf_iter_ctxobj *it)
{
	struct bpf_iter_ctxobj_kern *kit = (void *)it;

	if (kit->obj)
		ctxobj_drop(kit->obj);
	if (kit->tab)
		ctxtab_drop(kit->tab);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(ctxobj_ids)
BTF_ID_FLAGS(func, bpf_iter_ctxobj_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_ctxobj_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_ctxobj_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(ctxobj_ids)

static const struct btf_kfunc_id_set ctxobj_set = {
	.owner = THIS_MODULE,
	.set = &ctxobj_ids,
};

static int __init ctxobj_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &ctxobj_set);
}
late_initcall(ctxobj_register);
