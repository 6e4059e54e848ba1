// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/cgroup_iter.c, at its end. */

struct bpf_iter_css {
	__u64 __opaque[3];
} __aligned(8);

struct bpf_iter_css_kern {
	struct cgroup_subsys_state *start;
	struct cgroup_subsys_state *pos;
	unsigned int flags;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_css_new() - begin to walk over a hierarchy of cgroup subsystem
 *	states
 * @it: the iterator, on the BPF program's stack
 * @start: the css where the walk starts
 * @flags: the order of the walk, an enum bpf_cgroup_iter_order
 *
 * @flags selects what is visited:
 *
 * * %BPF_CGROUP_ITER_DESCENDANTS_PRE: @start and everything below it, parents
 *   before their children
 * * %BPF_CGROUP_ITER_DESCENDANTS_POST: @start and everything below it,
 *   children before their parents
 * * %BPF_CGROUP_ITER_ANCESTORS_UP: @start and its ancestors, up to the root
 *
 * A css that comes online during the walk may or may not be seen. One that
 * goes offline may still be seen; it stays valid until the critical section
 * ends. To keep its cgroup longer, acquire a reference with
 * bpf_cgroup_acquire(pos->cgroup).
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not one of these values. After an
 * error the iterator is empty: bpf_iter_css_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_css_new(struct bpf_iter_css *it,
				 struct cgroup_subsys_state *start,
				 unsigned int flags)
{
	struct bpf_iter_css_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->start = NULL;

	switch (flags) {
	case BPF_CGROUP_ITER_DESCENDANTS_PRE:
	case BPF_CGROUP_ITER_DESCENDANTS_POST:
	case BPF_CGROUP_ITER_ANCESTORS_UP:
		break;
	default:
		return -EINVAL;
	}

	kit->start = start;
	kit->pos = NULL;
	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_css_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct cgroup_subsys_state, valid until the RCU read-side
 * critical section ends, or NULL at the end. Once it has returned NULL, it
 * keeps returning NULL.
 */
__bpf_kfunc struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it)
{
	struct bpf_iter_css_kern *kit = (void *)it;

	if (!kit->start)
		return NULL;

	switch (kit->flags) {
	case BPF_CGROUP_ITER_DESCENDANTS_PRE:
		kit->pos = css_next_descendant_pre(kit->pos, kit->start);
		break;
	case BPF_CGROUP_ITER_DESCENDANTS_POST:
		kit->pos = css_next_descendant_post(kit->pos, kit->start);
		break;
	case BPF_CGROUP_ITER_ANCESTORS_UP:
		kit->pos = kit->pos ? kit->pos->parent : kit->start;
		break;
	}

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->start = NULL;

	return kit->pos;
}

/**
 * bpf_iter_css_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_css_destroy(struct bpf_iter_css *it)
{
}

__bpf_kfunc_end_defs();
