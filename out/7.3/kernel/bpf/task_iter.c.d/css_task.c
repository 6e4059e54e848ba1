// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

#ifdef CONFIG_CGROUPS

struct bpf_iter_css_task {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_css_task_kern {
	struct css_task_iter *css_it;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_css_task_new() - begin to walk over the tasks of a cgroup subsystem
 *	state
 * @it: the iterator, on the BPF program's stack
 * @css: the css whose tasks are visited
 * @flags: what to visit
 *
 * @flags is one of:
 *
 * * 0: every thread
 * * %CSS_TASK_ITER_PROCS: every process
 * * %CSS_TASK_ITER_PROCS | %CSS_TASK_ITER_THREADED: every process, those with
 *   threads in threaded cgroups below too
 *
 * Each step takes a lock that all cgroups share, so the walk is only for
 * programs that run where the lock is safe.
 *
 * Only for LSM programs, BPF iterator programs and sleepable programs.
 *
 * Return: 0 on success, -EINVAL if @flags is not one of these values, -ENOMEM
 * if memory allocation fails. After an error the iterator is empty:
 * bpf_iter_css_task_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_css_task_new(struct bpf_iter_css_task *it,
				      struct cgroup_subsys_state *css,
				      unsigned int flags)
{
	struct bpf_iter_css_task_kern *kit = (void *)it;
	struct css_task_iter *css_it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->css_it = NULL;

	switch (flags) {
	case 0:
	case CSS_TASK_ITER_PROCS:
	case CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED:
		break;
	default:
		return -EINVAL;
	}

	css_it = bpf_mem_alloc(&bpf_global_ma, sizeof(*css_it));
	if (!css_it)
		return -ENOMEM;

	kit->css_it = css_it;
	css_task_iter_start(css, flags, css_it);
	return 0;
}

/**
 * bpf_iter_css_task_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the next call, or NULL at
 * the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it)
{
	struct bpf_iter_css_task_kern *kit = (void *)it;

	if (!kit->css_it)
		return NULL;

	return css_task_iter_next(kit->css_it);
}

/**
 * bpf_iter_css_task_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it)
{
	struct bpf_iter_css_task_kern *kit = (void *)it;

	if (!kit->css_it)
		return;

	css_task_iter_end(kit->css_it);
	bpf_mem_free(&bpf_global_ma, kit->css_it);
}

__bpf_kfunc_end_defs();

#endif /* CONFIG_CGROUPS */
