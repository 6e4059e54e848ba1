// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: 
// all: 
struct bpf_iter_x_kern {
	struct pid_namespace *ns;
	struct task_struct *task;
	int nr;
	bool end;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct pid_namespace *ns, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	memset(kit, 0, sizeof(*kit));
	kit->end = true;
	if (flags)
		return -EINVAL;
	kit->ns = get_pid_ns(ns);
	kit->end = false;
	return 0;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct task_struct *task = NULL;
	struct pid *pid;

	if (kit->task)
		put_task_struct(kit->task);
	kit->task = NULL;
	if (kit->end)
		return NULL;
	rcu_read_lock();
	do {
		pid = find_ge_pid(kit->nr, kit->ns);
		if (!pid)
			break;
		kit->nr = pid_nr_ns(pid, kit->ns) + 1;
		task = pid_task(pid, PIDTYPE_TGID);
	} while (!task);
	if (task)
		get_task_struct(task);
	else
		kit->end = true;
	rcu_read_unlock();
	kit->task = task;
	return task;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->task)
		put_task_struct(kit->task);
	if (kit->ns)
		put_pid_ns(kit->ns);
}
// I14: \tif (task)\n\t\tget_task_struct(task);\n\telse\n\t\tkit->end = true;\n ==> \tif (!task)\n\t\tkit->end = true;\n
// I53: \tif (task)\n\t\tget_task_struct(task);\n\telse\n\t\tkit->end = true;\n ==> \tget_task_struct(task);\n
// I09: \t\tif (!pid)\n\t\t\tbreak; ==> \t\tif (!pid)\n\t\t\treturn NULL;
// I04: \tif (kit->ns)\n\t\tput_pid_ns(kit->ns);\n ==> 
// I02: \telse\n\t\tkit->end = true;\n ==> 
// I01: \tkit->end = true;\n\tif (flags) ==> \tif (flags)
