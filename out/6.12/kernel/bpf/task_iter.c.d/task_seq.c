// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, behind the kfuncs. */

/* the context of SEC("iter/task") programs */
struct bpf_iter__task {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(struct task_struct *, task);
};

struct bpf_iter_task_seq {
	struct bpf_iter_task it;
	struct task_struct *task;
	unsigned int flags;
	bool ended;
};

static int bpf_iter_task_seq_run(struct seq_file *seq, void *v, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__task ctx = {
		.meta = &meta,
		.task = v,
	};
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int bpf_iter_task_seq_show(struct seq_file *seq, void *v)
{
	return bpf_iter_task_seq_run(seq, v, false);
}

static void *bpf_iter_task_seq_start(struct seq_file *seq,
				     loff_t *pos) __acquires(RCU)
{
	struct bpf_iter_task_seq *walk = seq->private;
	struct task_struct *v;
	loff_t n;
	int err;

	rcu_read_lock();
	if (walk->ended)
		return NULL;

	err = bpf_iter_task_new(&walk->it, walk->task, walk->flags);
	if (err)
		return ERR_PTR(err);

	/* pass by what was shown before stop() */
	v = bpf_iter_task_next(&walk->it);
	for (n = 0; v && n < *pos; n++)
		v = bpf_iter_task_next(&walk->it);

	return v;
}

static void *bpf_iter_task_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct bpf_iter_task_seq *walk = seq->private;

	++*pos;
	return bpf_iter_task_next(&walk->it);
}

static void bpf_iter_task_seq_stop(struct seq_file *seq,
				   void *v) __releases(RCU)
{
	struct bpf_iter_task_seq *walk = seq->private;

	if (!walk->ended)
		bpf_iter_task_destroy(&walk->it);
	rcu_read_unlock();
	if (!v) {
		walk->ended = true;
		bpf_iter_task_seq_run(seq, v, true);
	}
}

static const struct seq_operations bpf_iter_task_seq_ops = {
	.start = bpf_iter_task_seq_start,
	.next = bpf_iter_task_seq_next,
	.stop = bpf_iter_task_seq_stop,
	.show = bpf_iter_task_seq_show,
};

static int bpf_iter_task_seq_begin(void *priv, struct bpf_iter_aux_info *aux)
{
	struct bpf_iter_task_seq *walk = priv;

	walk->task = bpf_iter_task_process(aux->task.pid);
	if (IS_ERR(walk->task))
		return PTR_ERR(walk->task);
	walk->flags = aux->task.pid ? BPF_TASK_ITER_PROC_THREADS : BPF_TASK_ITER_ALL_THREADS;
	return 0;
}

static void bpf_iter_task_seq_end(void *priv)
{
	struct bpf_iter_task_seq *walk = priv;

	if (walk->task)
		put_task_struct(walk->task);
}

static const struct bpf_iter_seq_info bpf_iter_task_seq_info = {
	.seq_ops = &bpf_iter_task_seq_ops,
	.init_seq_private = bpf_iter_task_seq_begin,
	.fini_seq_private = bpf_iter_task_seq_end,
	.seq_priv_size = sizeof(struct bpf_iter_task_seq),
};

static int bpf_iter_task_seq_attach(struct bpf_prog *prog,
				    union bpf_iter_link_info *linfo,
				    struct bpf_iter_aux_info *aux)
{
	int pid;

	if (linfo->task.tid)
		return -EINVAL;
	if (!!linfo->task.pid + !!linfo->task.pid_fd > 1)
		return -EINVAL;

	if (linfo->task.pid) {
		pid = linfo->task.pid;
	} else if (linfo->task.pid_fd) {
		pid = bpf_iter_task_tgid_of(linfo->task.pid_fd);
		if (pid < 0)
			return pid;
	} else {
		pid = 0;
	}

	aux->task.pid = pid;
	return 0;
}

static void bpf_iter_task_seq_fdinfo(const struct bpf_iter_aux_info *aux,
				     struct seq_file *seq)
{
	seq_printf(seq, "pid:\t%llu\n", (u64)aux->task.pid);
}

static int bpf_iter_task_seq_link_info(const struct bpf_iter_aux_info *aux,
				       struct bpf_link_info *info)
{
	info->iter.task.pid = aux->task.pid;
	return 0;
}

static struct bpf_iter_reg bpf_iter_task_target = {
	.target = "task",
	.attach_target = bpf_iter_task_seq_attach,
	.show_fdinfo = bpf_iter_task_seq_fdinfo,
	.fill_link_info = bpf_iter_task_seq_link_info,
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__task, task),
		  PTR_TO_BTF_ID_OR_NULL | MEM_RCU },
	},
	.seq_info = &bpf_iter_task_seq_info,
};

DEFINE_BPF_ITER_FUNC(task, struct bpf_iter_meta *meta, struct task_struct *task)
BTF_ID_LIST_SINGLE(bpf_iter_task_element, struct, task_struct)

static int __init bpf_iter_task_target_init(void)
{
	bpf_iter_task_target.ctx_arg_info[0].btf_id = bpf_iter_task_element[0];
	return bpf_iter_reg_target(&bpf_iter_task_target);
}
late_initcall(bpf_iter_task_target_init);
