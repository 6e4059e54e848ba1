// SPDX-License-Identifier: GPL-2.0-only
static void *x_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct x_seq_info *info = seq->private;

	mutex_lock(&x_mutex);
	if (*pos == 0)
		++*pos;
	return x_at(info->nr);
}

static void *x_seq_next(struct seq_file *seq, void *v, loff_t *pos) // # error[I60]:56 "does not advance 'pos'"
{
	struct x_seq_info *info = seq->private;

	info->nr++;
	return x_at(info->nr);
}

static int __x_seq_show(struct seq_file *seq, void *v, bool in_stop)
{
	struct bpf_iter_meta meta;
	struct bpf_iter__x ctx;
	struct bpf_prog *prog;
	struct x *x = v;

	meta.seq = seq;
	prog = bpf_iter_get_info(&meta, in_stop);
	if (!prog)
		return 0;

	ctx.meta = &meta;
	ctx.x = x;
	ctx.nr = x ? x->nr : 0;
	return bpf_iter_run_prog(prog, &ctx);
}

static int x_seq_show(struct seq_file *seq, void *v)
{
	return __x_seq_show(seq, v, false);
}

static void x_seq_stop(struct seq_file *seq, void *v)
{
	if (!v)
		__x_seq_show(seq, v, true);
	mutex_unlock(&x_mutex);
}

static const struct seq_operations x_seq_ops = {
	.start = x_seq_start,
	.next = x_seq_next,
	.stop = x_seq_stop,
	.show = x_seq_show,
};

static const struct bpf_iter_seq_info x_seq_info = {
	.seq_ops = &x_seq_ops,
	.seq_priv_size = sizeof(struct x_seq_info),
};
