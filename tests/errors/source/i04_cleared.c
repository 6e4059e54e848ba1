// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {
	__u64 __opaque[3];
} __aligned(8);

struct bpf_iter_x_kern {
	struct task_struct *task;
	struct task_struct *pos;
	unsigned int flags;
};

__bpf_kfunc_start_defs();

/**
 * bpf_iter_x_new() - begin to walk over tasks
 * @it: the iterator
 * @task: where the walk begins
 * @flags: what to visit
 *
 * Return: 0, or -EINVAL if @flags is unknown.
 */
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, unsigned int flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = NULL;
	kit->task = NULL;
	switch (flags) {
	case X_ALL:
	case X_SOME:
		break;
	default:
		return -EINVAL;
	}
	kit->task = kmem_cache_alloc(x_cache, GFP_NOWAIT); // # error[I04]:14 "what 'kmem_cache_alloc' returns is still held when destroy() returns, after the end"
	if (!kit->task)
		return -ENOMEM;
	kit->pos = task;
	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_x_next() - get the next task
 * @it: the iterator
 *
 * Return: the task, or NULL at the end.
 */
__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct task_struct *pos = kit->pos;

	if (!pos)
		return NULL;

	switch (kit->flags) {
	case X_ALL:
		kit->pos = next_task(pos);
		break;
	case X_SOME:
		kit->pos = pos->group_leader == pos ? NULL : pos->group_leader;
		break;
	}
	if (kit->pos == kit->task)
		kit->pos = NULL;
	return pos;
}

/**
 * bpf_iter_x_destroy() - end the walk
 * @it: the iterator
 */
__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		kmem_cache_free(x_cache, kit->task);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(common_btf_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_RCU_PROTECTED | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(common_btf_ids)
