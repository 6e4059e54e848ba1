// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>
#include <linux/cgroup.h>

struct bpf_iter_memcgs {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_memcgs_kern {
	struct cgroup **arr;
	u32 nr;
	u32 at;
} __aligned(8);

static int memcgs_fill(struct cgroup *root, struct cgroup **arr, int max)
{
	struct cgroup_subsys_state *css;
	int n = 0;

	rcu_read_lock();
	css_for_each_descendant_pre(css, &root->self) {
		if (n == max)
			break;
		if (!css_tryget(css))
			continue;
		arr[n++] = css->cgroup;
	}
	rcu_read_unlock();
	return n;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_memcgs_new(struct bpf_iter_memcgs *it, struct cgroup *root, u32 max)
{
	struct bpf_iter_memcgs_kern *kit = (void *)it;
	struct cgroup **arr;

	kit->arr = NULL;
	kit->nr = kit->at = 0;
	if (!max || max > 512)
		return -E2BIG;
	arr = kvcalloc(max, sizeof(*arr), GFP_KERNEL);
	if (!arr)
		return -ENOMEM;
	kit->nr = memcgs_fill(root, arr, max);
	kit->arr = arr;
	return 0;
}

__bpf_kfunc struct cgroup *bpf_iter_memcgs_next(struct bpf_iter_memcgs *it)
{
	struct bpf_iter_memcgs_kern *kit = (void *)it;

	if (kit->at < kit->nr)
		return kit->arr[kit->at++];
	return NULL;
}

__bpf_kfunc void bpf_iter_memcgs_destroy(struct bpf_iter_memcgs *it)
{
	struct bpf_iter_memcgs_kern *kit = (void *)it;
	u32 i;

	for (i = 0; i < kit->nr; i++)
		cgroup_put(kit->arr[i]);
	kvfree(kit->arr);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(memcgs_ids)
BTF_ID_FLAGS(func, bpf_iter_memcgs_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_memcgs_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_memcgs_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(memcgs_ids)

static const struct btf_kfunc_id_set memcgs_set = {
	.owner = THIS_MODULE,
	.set = &memcgs_ids,
};

static int __init memcgs_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &memcgs_set);
}
late_initcall(memcgs_register);
