// SPDX-License-Identifier: GPL-2.0-only
// Memory is freed on the way out of new(), and what says live still has it; a lock goes on to destroy().
struct bpf_iter_x_kern {
	struct walk *walk;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	int err;

	kit->walk = kmalloc(sizeof(*kit->walk), GFP_NOWAIT);
	if (!kit->walk)
		return -ENOMEM;
	kit->walk->mm = get_task_mm(task);
	if (!kit->walk->mm) {
		err = -ENOENT;
		goto free;
	}
	if (!mmap_read_trylock(kit->walk->mm)) { // # I09
		err = -EBUSY;
		goto put;
	}
	kit->walk->at = 0;
	return 0;
put:
	mmput(kit->walk->mm);
free:
	kfree(kit->walk);
	return err; // # I01
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct thing *thing;

	if (!kit->walk || kit->walk->at == ULONG_MAX)
		return NULL;
	thing = area_after(kit->walk->mm, kit->walk->at);
	kit->walk->at = thing ? thing->end : ULONG_MAX;
	return thing;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->walk)
		return;
	mmap_read_unlock(kit->walk->mm);
	mmput(kit->walk->mm);
	kfree(kit->walk);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
