// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

#ifdef CONFIG_CGROUPS

struct bpf_iter_css_pre {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_css_pre_kern {
	struct cgroup_subsys_state *root;
	struct cgroup_subsys_state *pos;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_css_pre_new() - begin to walk down a hierarchy of cgroup subsystem
 *	states, parents before their children
 * @it: the iterator, on the BPF program's stack
 * @root: the css at the top of the walk
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_css_pre_new(struct bpf_iter_css_pre *it,
				     struct cgroup_subsys_state *root)
{
	struct bpf_iter_css_pre_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->root = root;
	kit->pos = NULL;
	return 0;
}

/**
 * bpf_iter_css_pre_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct cgroup_subsys_state, valid until the RCU read-side
 * critical section ends, or NULL at the end. Once it has returned NULL, it
 * keeps returning NULL.
 */
__bpf_kfunc struct cgroup_subsys_state *bpf_iter_css_pre_next(struct bpf_iter_css_pre *it)
{
	struct bpf_iter_css_pre_kern *kit = (void *)it;

	if (!kit->root)
		return NULL;

	kit->pos = css_next_descendant_pre(kit->pos, kit->root);

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->root = NULL;

	return kit->pos;
}

/**
 * bpf_iter_css_pre_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_css_pre_destroy(struct bpf_iter_css_pre *it)
{
}

__bpf_kfunc_end_defs();

#endif /* CONFIG_CGROUPS */
