// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, behind the kfuncs. */

/* the context of SEC("iter/task_vma") programs */
struct bpf_iter__task_vma {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(struct task_struct *, task);
	__bpf_md_ptr(struct vm_area_struct *, vma);
};

struct bpf_iter_task_vma_seq {
	struct bpf_iter_task_vma it;
	struct task_struct *task;
	u64 addr;
	bool ended;
};

static int bpf_iter_task_vma_seq_run(struct seq_file *seq, void *v,
				     bool in_stop)
{
	struct bpf_iter_task_vma_seq *walk = seq->private;
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__task_vma ctx = {
		.meta = &meta,
		.task = v ? walk->task : NULL,
		.vma = v,
	};
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int bpf_iter_task_vma_seq_show(struct seq_file *seq, void *v)
{
	return bpf_iter_task_vma_seq_run(seq, v, false);
}

static void *bpf_iter_task_vma_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct bpf_iter_task_vma_seq *walk = seq->private;
	int err;

	migrate_disable();
	if (walk->ended)
		return NULL;

	err = bpf_iter_task_vma_new(&walk->it, walk->task, walk->addr);
	if (err)
		return ERR_PTR(err);

	return bpf_iter_task_vma_next(&walk->it);
}

static void *bpf_iter_task_vma_seq_next(struct seq_file *seq, void *v,
					loff_t *pos)
{
	struct bpf_iter_task_vma_seq *walk = seq->private;

	++*pos;
	return bpf_iter_task_vma_next(&walk->it);
}

static void bpf_iter_task_vma_seq_stop(struct seq_file *seq, void *v)
{
	struct bpf_iter_task_vma_seq *walk = seq->private;
	struct vm_area_struct *pos = v;

	/* the element that was not shown is the first when the walk goes on */
	if (!IS_ERR_OR_NULL(pos))
		walk->addr = pos->vm_start;

	if (!walk->ended)
		bpf_iter_task_vma_destroy(&walk->it);
	migrate_enable();
	if (!v) {
		walk->ended = true;
		bpf_iter_task_vma_seq_run(seq, v, true);
	}
}

static const struct seq_operations bpf_iter_task_vma_seq_ops = {
	.start = bpf_iter_task_vma_seq_start,
	.next = bpf_iter_task_vma_seq_next,
	.stop = bpf_iter_task_vma_seq_stop,
	.show = bpf_iter_task_vma_seq_show,
};

static int bpf_iter_task_vma_seq_begin(void *priv,
				       struct bpf_iter_aux_info *aux)
{
	struct bpf_iter_task_vma_seq *walk = priv;

	walk->task = bpf_iter_task_vma_thread(aux->task.pid, aux->task.type);
	if (IS_ERR(walk->task))
		return PTR_ERR(walk->task);
	walk->addr = 0;
	return 0;
}

static void bpf_iter_task_vma_seq_end(void *priv)
{
	struct bpf_iter_task_vma_seq *walk = priv;

	put_task_struct(walk->task);
}

static const struct bpf_iter_seq_info bpf_iter_task_vma_seq_info = {
	.seq_ops = &bpf_iter_task_vma_seq_ops,
	.init_seq_private = bpf_iter_task_vma_seq_begin,
	.fini_seq_private = bpf_iter_task_vma_seq_end,
	.seq_priv_size = sizeof(struct bpf_iter_task_vma_seq),
};

static int bpf_iter_task_vma_seq_attach(struct bpf_prog *prog,
					union bpf_iter_link_info *linfo,
					struct bpf_iter_aux_info *aux)
{
	enum bpf_iter_task_type type;
	int pid;

	if (!!linfo->task.tid + !!linfo->task.pid + !!linfo->task.pid_fd > 1)
		return -EINVAL;

	if (linfo->task.tid) {
		pid = linfo->task.tid;
	} else if (linfo->task.pid) {
		pid = linfo->task.pid;
	} else if (linfo->task.pid_fd) {
		pid = bpf_iter_task_vma_tgid_of(linfo->task.pid_fd);
		if (pid < 0)
			return pid;
	} else {
		return -EINVAL;
	}

	if (linfo->task.tid)
		type = BPF_TASK_ITER_TID;
	else if (linfo->task.pid)
		type = BPF_TASK_ITER_TGID;
	else if (linfo->task.pid_fd)
		type = BPF_TASK_ITER_TGID;
	else
		return -EINVAL;

	aux->task.pid = pid;
	aux->task.type = type;
	return 0;
}

static void bpf_iter_task_vma_seq_fdinfo(const struct bpf_iter_aux_info *aux,
					 struct seq_file *seq)
{
	seq_printf(seq, "pid:\t%llu\n",
		   (u64)(aux->task.type == BPF_TASK_ITER_TGID ? aux->task.pid : 0));
	seq_printf(seq, "tid:\t%llu\n",
		   (u64)(aux->task.type == BPF_TASK_ITER_TID ? aux->task.pid : 0));
}

static int bpf_iter_task_vma_seq_link_info(const struct bpf_iter_aux_info *aux,
					   struct bpf_link_info *info)
{
	info->iter.task.pid = aux->task.type == BPF_TASK_ITER_TGID ? aux->task.pid : 0;
	info->iter.task.tid = aux->task.type == BPF_TASK_ITER_TID ? aux->task.pid : 0;
	return 0;
}

static struct bpf_iter_reg bpf_iter_task_vma_target = {
	.target = "task_vma",
	.attach_target = bpf_iter_task_vma_seq_attach,
	.show_fdinfo = bpf_iter_task_vma_seq_fdinfo,
	.fill_link_info = bpf_iter_task_vma_seq_link_info,
	.feature = BPF_ITER_RESCHED,
	.ctx_arg_info_size = 2,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__task_vma, task),
		  PTR_TO_BTF_ID_OR_NULL | PTR_TRUSTED },
		{ offsetof(struct bpf_iter__task_vma, vma),
		  PTR_TO_BTF_ID_OR_NULL | PTR_TRUSTED },
	},
	.seq_info = &bpf_iter_task_vma_seq_info,
};

DEFINE_BPF_ITER_FUNC(task_vma, struct bpf_iter_meta *meta,
		     struct task_struct *task, struct vm_area_struct *vma)
BTF_ID_LIST(bpf_iter_task_vma_elements)
BTF_ID(struct, task_struct)
BTF_ID(struct, vm_area_struct)

static int __init bpf_iter_task_vma_target_init(void)
{
	bpf_iter_task_vma_target.ctx_arg_info[0].btf_id = bpf_iter_task_vma_elements[0];
	bpf_iter_task_vma_target.ctx_arg_info[1].btf_id = bpf_iter_task_vma_elements[1];
	return bpf_iter_reg_target(&bpf_iter_task_vma_target);
}
late_initcall(bpf_iter_task_vma_target_init);
