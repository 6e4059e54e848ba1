// SPDX-License-Identifier: GPL-2.0-only
#ifdef CONFIG_CGROUPS
struct bpf_iter_ff { __u64 __opaque[3]; } __aligned(8);
struct bpf_iter_ff_kern { struct mem_cgroup *root; struct mem_cgroup *memcg; unsigned int seq; };
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_ff_new(struct bpf_iter_ff *it, struct cgroup_subsys_state *css)
{
	struct bpf_iter_ff_kern *kit = (void *)it;

	kit->memcg = kit->root = NULL;
	kit->seq = 0;
	if (!css || css->ss != &memory_cgrp_subsys)
		return -EINVAL;
	if (!css_tryget_online(css))
		return -ENODEV;
	kit->root = mem_cgroup_from_css(css);
	do {
		kit->seq = read_seqbegin(&ff_seq);
	} while (read_seqretry(&ff_seq, kit->seq));
	return 0;
}
__bpf_kfunc struct mem_cgroup *bpf_iter_ff_next(struct bpf_iter_ff *it)
{
	struct bpf_iter_ff_kern *kit = (void *)it;
	struct mem_cgroup *prev = kit->memcg;

	if (IS_ERR_OR_NULL(kit->root) || prev == ERR_PTR(-ENODATA))
		return NULL;
	kit->memcg = mem_cgroup_iter(kit->root, prev, NULL);
	if (kit->memcg)
		return kit->memcg;
	kit->memcg = ERR_PTR(-ENODATA);
	return NULL;
}
__bpf_kfunc void bpf_iter_ff_destroy(struct bpf_iter_ff *it)
{
	struct bpf_iter_ff_kern *kit = (void *)it;

	if (!IS_ERR_OR_NULL(kit->memcg))
		mem_cgroup_iter_break(kit->root, kit->memcg);
	if (kit->root)
		css_put(&kit->root->css);
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(ff_ids)
BTF_ID_FLAGS(func, bpf_iter_ff_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_ff_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_ff_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(ff_ids)
#endif
