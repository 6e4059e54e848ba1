// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: KF_SLEEPABLE
struct walk {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	bool locked;
};

struct bpf_iter_x_kern {
	struct walk *walk;
	struct task_struct *task;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, u64 addr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct walk *walk;
	int err = -ENOENT;

	kit->walk = NULL;
	kit->task = NULL;
	walk = bpf_mem_alloc(&bpf_global_ma, sizeof(*walk));
	if (!walk)
		return -ENOMEM;
	walk->mm = get_task_mm(task);
	if (!walk->mm)
		goto free;
	if (!mmap_read_trylock(walk->mm)) {
		err = -EBUSY;
		goto put;
	}
	vma_iter_init(&walk->vmi, walk->mm, addr);
	walk->vma = vma_next(&walk->vmi);
	mmap_read_unlock(walk->mm);
	kit->walk = walk;
	kit->task = get_task_struct(task);
	return 0;

put:
	mmput(walk->mm);
free:
	bpf_mem_free(&bpf_global_ma, walk);
	return err;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct walk *walk = kit->walk;

	if (!walk || !walk->vma)
		return NULL;
	mmap_read_lock(walk->mm);
	walk->vma = vma_next(&walk->vmi);
	mmap_read_unlock(walk->mm);
	return kit->task;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct walk *walk = kit->walk;

	if (kit->task)
		put_task_struct(kit->task);
	if (!walk)
		return;
	mmput(walk->mm);
	bpf_mem_free(&bpf_global_ma, walk);
}
// I55: \tmmput(walk->mm);\n\tbpf_mem_free(&bpf_global_ma, walk);\n} ==> \tmmput(walk->mm);\n\tkfree(walk);\n}
// I04: put:\n\tmmput(walk->mm);\nfree: ==> put:\nfree:
// I53: \tif (!walk)\n\t\treturn -ENOMEM;\n ==> 
// I01: \tkit->walk = NULL;\n ==> 
// I09: \tmmap_read_unlock(walk->mm);\n\tkit->walk = walk; ==> \tkit->walk = walk;
// I14: \tkit->task = get_task_struct(task); ==> \tkit->task = task;
// I01: \tif (!walk)\n\t\treturn;\n\tmmput ==> \tmmput
