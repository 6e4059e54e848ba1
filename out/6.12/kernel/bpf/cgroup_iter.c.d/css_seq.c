// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/cgroup_iter.c, behind the kfuncs. */

/* the context of SEC("iter/cgroup") programs */
struct bpf_iter__cgroup {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(struct cgroup *, cgroup);
};

struct bpf_iter_css_seq {
	struct bpf_iter_css it;
	struct cgroup_subsys_state *start;
	unsigned int flags;
	bool ended;
};

static int bpf_iter_css_seq_run(struct seq_file *seq, void *v, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct cgroup_subsys_state *pos = v;
	struct bpf_iter__cgroup ctx = {
		.meta = &meta,
		.cgroup = v ? pos->cgroup : NULL,
	};
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int bpf_iter_css_seq_show(struct seq_file *seq, void *v)
{
	return bpf_iter_css_seq_run(seq, v, false);
}

static void *bpf_iter_css_seq_start(struct seq_file *seq,
				    loff_t *pos) __acquires(RCU)
{
	struct bpf_iter_css_seq *walk = seq->private;
	struct cgroup_subsys_state *v;
	loff_t n;
	int err;

	rcu_read_lock();
	if (walk->ended)
		return NULL;

	err = bpf_iter_css_new(&walk->it, walk->start, walk->flags);
	if (err)
		return ERR_PTR(err);

	/* pass by what was shown before stop() */
	v = bpf_iter_css_next(&walk->it);
	for (n = 0; v && n < *pos; n++)
		v = bpf_iter_css_next(&walk->it);

	return v;
}

static void *bpf_iter_css_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct bpf_iter_css_seq *walk = seq->private;

	++*pos;
	return bpf_iter_css_next(&walk->it);
}

static void bpf_iter_css_seq_stop(struct seq_file *seq, void *v) __releases(RCU)
{
	struct bpf_iter_css_seq *walk = seq->private;

	if (!walk->ended)
		bpf_iter_css_destroy(&walk->it);
	rcu_read_unlock();
	if (!v) {
		walk->ended = true;
		bpf_iter_css_seq_run(seq, v, true);
	}
}

static const struct seq_operations bpf_iter_css_seq_ops = {
	.start = bpf_iter_css_seq_start,
	.next = bpf_iter_css_seq_next,
	.stop = bpf_iter_css_seq_stop,
	.show = bpf_iter_css_seq_show,
};

static int bpf_iter_css_seq_begin(void *priv, struct bpf_iter_aux_info *aux)
{
	struct bpf_iter_css_seq *walk = priv;

	walk->start = &aux->cgroup.start->self;
	css_get(walk->start);
	walk->flags = aux->cgroup.order;
	return 0;
}

static void bpf_iter_css_seq_end(void *priv)
{
	struct bpf_iter_css_seq *walk = priv;

	css_put(walk->start);
}

static const struct bpf_iter_seq_info bpf_iter_css_seq_info = {
	.seq_ops = &bpf_iter_css_seq_ops,
	.init_seq_private = bpf_iter_css_seq_begin,
	.fini_seq_private = bpf_iter_css_seq_end,
	.seq_priv_size = sizeof(struct bpf_iter_css_seq),
};

static int bpf_iter_css_seq_attach(struct bpf_prog *prog,
				   union bpf_iter_link_info *linfo,
				   struct bpf_iter_aux_info *aux)
{
	struct cgroup *start;
	u32 order;

	if (!!linfo->cgroup.cgroup_fd + !!linfo->cgroup.cgroup_id > 1)
		return -EINVAL;

	order = linfo->cgroup.order;

	switch (order) {
	case BPF_CGROUP_ITER_DESCENDANTS_PRE:
	case BPF_CGROUP_ITER_DESCENDANTS_POST:
	case BPF_CGROUP_ITER_ANCESTORS_UP:
		break;
	default:
		return -EINVAL;
	}

	if (linfo->cgroup.cgroup_fd)
		start = cgroup_v1v2_get_from_fd(linfo->cgroup.cgroup_fd);
	else if (linfo->cgroup.cgroup_id)
		start = cgroup_get_from_id(linfo->cgroup.cgroup_id);
	else
		start = cgroup_get_from_path("/");
	if (IS_ERR(start))
		return PTR_ERR(start);

	aux->cgroup.order = order;
	aux->cgroup.start = start;
	return 0;
}

static void bpf_iter_css_seq_detach(struct bpf_iter_aux_info *aux)
{
	cgroup_put(aux->cgroup.start);
}

static void bpf_iter_css_seq_fdinfo(const struct bpf_iter_aux_info *aux,
				    struct seq_file *seq)
{
	seq_printf(seq, "cgroup_id:\t%llu\n", (u64)cgroup_id(aux->cgroup.start));
	seq_printf(seq, "order:\t%llu\n", (u64)aux->cgroup.order);
}

static int bpf_iter_css_seq_link_info(const struct bpf_iter_aux_info *aux,
				      struct bpf_link_info *info)
{
	info->iter.cgroup.cgroup_id = cgroup_id(aux->cgroup.start);
	info->iter.cgroup.order = aux->cgroup.order;
	return 0;
}

static struct bpf_iter_reg bpf_iter_css_target = {
	.target = "cgroup",
	.attach_target = bpf_iter_css_seq_attach,
	.detach_target = bpf_iter_css_seq_detach,
	.show_fdinfo = bpf_iter_css_seq_fdinfo,
	.fill_link_info = bpf_iter_css_seq_link_info,
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__cgroup, cgroup),
		  PTR_TO_BTF_ID_OR_NULL | MEM_RCU },
	},
	.seq_info = &bpf_iter_css_seq_info,
};

DEFINE_BPF_ITER_FUNC(cgroup, struct bpf_iter_meta *meta, struct cgroup *cgroup)
BTF_ID_LIST_SINGLE(bpf_iter_css_element, struct, cgroup)

static int __init bpf_iter_css_target_init(void)
{
	bpf_iter_css_target.ctx_arg_info[0].btf_id = bpf_iter_css_element[0];
	return bpf_iter_reg_target(&bpf_iter_css_target);
}
late_initcall(bpf_iter_css_target_init);
