// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: KF_RCU_PROTECTED
// all: 
enum { X_CHILD, X_SIB, X_THREAD };

struct bpf_iter_x_kern {
	struct task_struct *owner;
	struct task_struct *pos;
	u32 flags;
};

#define first_child(t) list_first_or_null_rcu(&(t)->children, struct task_struct, sibling)
#define next_sib(t, p) list_next_or_null_rcu(&(t)->children, &(p)->sibling, struct task_struct, sibling)

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	int err = 0;

	kit->pos = NULL;
	kit->owner = task;
	kit->flags = flags;
	switch (flags) {
	case X_CHILD:
		kit->pos = first_child(task);
		goto out;
	case X_SIB:
		kit->owner = rcu_dereference(task->real_parent);
		kit->pos = next_sib(kit->owner, task);
		goto out;
	case X_THREAD:
		kit->pos = task;
		goto out;
	}
	err = -EINVAL;
out:
	return err;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct task_struct *pos = kit->pos;

	if (pos)
		kit->pos = kit->flags == X_THREAD ? __next_thread(pos) : next_sib(kit->owner, pos);
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: \tkit->pos = NULL;\n\tkit->owner ==> \tkit->owner
// I09: \terr = -EINVAL;\n ==> \trcu_read_lock();\n\terr = -EINVAL;\n
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I01: \tif (pos)\n\t\tkit->pos = kit->flags ==> \tkit->pos = kit->flags
// I02: \treturn pos;\n} ==> \tif (!pos)\n\t\tkit->pos = kit->owner;\n\treturn pos;\n}
