// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>
#include <linux/rwsem.h>
#include <linux/percpu-refcount.h>

struct bpf_iter_zoneref {
	__u64 __opaque[2];
} __aligned(8);

struct zref { struct list_head l; struct percpu_ref ref; };
struct zowner { struct rw_semaphore sem; struct list_head all; struct percpu_ref ref; };
struct bpf_iter_zoneref_kern {
	struct zowner *owner;
	struct zref *z;
} __aligned(8);
DEFINE_GUARD(zowner, struct zowner *, down_read(&_T->sem), up_read(&_T->sem))

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_zoneref_new(struct bpf_iter_zoneref *it, struct zowner *owner)
{
	struct bpf_iter_zoneref_kern *kit = (void *)it;

	kit->z = NULL;
	kit->owner = percpu_ref_tryget_live(&owner->ref) ? owner : NULL;
	if (!kit->owner)
		return -ENODEV;
	return 0;
}

__bpf_kfunc struct zref *bpf_iter_zoneref_next(struct bpf_iter_zoneref *it)
{
	struct bpf_iter_zoneref_kern *kit = (void *)it;
	struct zref *prev = kit->z, *z;

	if (!kit->owner)
		return NULL;

	{
		guard(zowner)(kit->owner);
		z = list_prepare_entry(prev, &kit->owner->all, l);
		list_for_each_entry_continue(z, &kit->owner->all, l)
			if (percpu_ref_tryget(&z->ref))
				break;
		kit->z = list_entry_is_head(z, &kit->owner->all, l) ? NULL : z;
	}
	if (prev)
		percpu_ref_put(&prev->ref);
	if (!kit->z) {
		percpu_ref_put(&kit->owner->ref);
		kit->owner = NULL;
	}
	return kit->z;
}

__bpf_kfunc void bpf_iter_zoneref_destroy(struct bpf_iter_zoneref *it)
{
	struct bpf_iter_zoneref_kern *kit = (void *)it;

	if (kit->z)
		percpu_ref_put(&kit->z->ref);
	if (kit->owner)
		percpu_ref_put(&kit->owner->ref);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(zoneref_ids)
BTF_ID_FLAGS(func, bpf_iter_zoneref_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_zoneref_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_zoneref_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(zoneref_ids)

static const struct btf_kfunc_id_set zoneref_set = {
	.owner = THIS_MODULE,
	.set = &zoneref_ids,
};

static int __init zoneref_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &zoneref_set);
}
late_initcall(zoneref_register);
