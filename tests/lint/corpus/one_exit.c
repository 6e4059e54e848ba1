// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct task_struct *task;
	struct task_struct *pos;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task__nullable, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct task_struct *task = NULL;
	int err = 0;

	if (flags & ~1U)
		err = -EINVAL;
	else if ((flags & 1) && !task__nullable)
		err = -EINVAL;
	else
		task = task__nullable ?: &init_task;
	kit->task = task;
	kit->pos = task;
	return err;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct task_struct *pos = NULL;

	if (kit->pos) {
		pos = kit->pos;
		kit->pos = next_task(pos);
		if (kit->pos == kit->task || kit->pos == &init_task)
			kit->pos = NULL;
	}
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->pos = task;\n\treturn err ==> if (!err)\n\t\tkit->pos = task;\n\treturn err
// I01: err = -EINVAL;\n\telse if ((flags ==> return -EINVAL;\n\telse if ((flags
// I02: if (kit->pos) { ==> if (!kit->pos)\n\t\tkit->pos = kit->task;\n\tif (kit->pos) {
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I01: kit->task = task;\n\tkit->pos = task; ==> kit->task = task;\n\tkit->pos = &init_task;
// I11: if (flags & ~1U)\n\t\terr = -EINVAL;\n\telse if ((flags & 1) && !task__nullable) ==> if (!task__nullable)
// I09: return err;\n ==> rcu_read_lock();\n\treturn err;\n
// I08: pos = kit->pos;\n\t\tkit ==> pos = kit->pos;\n\t\tmight_sleep();\n\t\tkit
// I37: // all: ==> // drop: destroy\n// all:
// I48: task__nullable ==> task__opt
