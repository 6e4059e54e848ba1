// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct task_struct *start;
	struct task_struct *pos;
	u32 flags;
} __aligned(8);

enum { X_ALL = 0, X_THREADS = 1 };

static struct task_struct *all(struct bpf_iter_x_kern *kit)
{
	struct task_struct *pos = kit->pos;

	kit->pos = next_task(pos);
	if (kit->pos == &init_task)
		kit->pos = NULL;
	return pos;
}

static struct task_struct *threads(struct bpf_iter_x_kern *kit)
{
	struct task_struct *pos = kit->pos;

	kit->pos = __next_thread(pos);
	return pos;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	switch (flags) {
	case X_ALL:
		kit->start = &init_task;
		break;
	case X_THREADS:
		kit->start = task;
		break;
	default:
		return -EINVAL;
	}
	kit->pos = kit->start;
	kit->flags = flags;
	return 0;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->pos)
		return NULL;
	switch (kit->flags) {
	case X_ALL:
		return all(kit);
	case X_THREADS:
		return threads(kit);
	}
	return NULL;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->pos = NULL;\n\tswitch ==> switch
// I02: if (!kit->pos)\n\t\treturn NULL;\n\tswitch (kit->flags) { ==> if (!kit->pos)\n\t\tkit->pos = kit->start;\n\tswitch (kit->flags) {
// I01: kit->flags = flags;\n ==>
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I09: kit->pos = kit->start; ==> rcu_read_lock();\n\tkit->pos = kit->start;
// I09: return pos;\n}\n\nstatic ==> rcu_read_lock();\n\treturn pos;\n}\n\nstatic
// I02: kit->pos = __next_thread(pos); ==> kit->pos = __next_thread(pos) ?: kit->start;\n\tif (!kit->pos->on_rq)\n\t\treturn NULL;
// I35: it)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tif (!kit->pos) ==> it, int n)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tif (!kit->pos)
// I08: return threads(kit); ==> synchronize_rcu();\n\t\treturn threads(kit);
// I38: KF_RCU_PROTECTED ==> KF_RCU_PROTECTD
