// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/dmabuf_iter.c, behind the kfuncs. */

/* the context of SEC("iter/dmabuf") programs */
struct bpf_iter__dmabuf {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(struct dma_buf *, dmabuf);
};

struct bpf_iter_dmabuf_seq {
	struct bpf_iter_dmabuf it;
	struct dma_buf *pos;
};

static int bpf_iter_dmabuf_seq_run(struct seq_file *seq, void *v, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__dmabuf ctx = {
		.meta = &meta,
		.dmabuf = v,
	};
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int bpf_iter_dmabuf_seq_show(struct seq_file *seq, void *v)
{
	return bpf_iter_dmabuf_seq_run(seq, v, false);
}

static void *bpf_iter_dmabuf_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct bpf_iter_dmabuf_seq *walk = seq->private;

	/* the first element, or the one that stop() left; NULL at the end */
	if (!walk->pos)
		walk->pos = bpf_iter_dmabuf_next(&walk->it);

	return walk->pos;
}

static void *bpf_iter_dmabuf_seq_next(struct seq_file *seq, void *v,
				      loff_t *pos)
{
	struct bpf_iter_dmabuf_seq *walk = seq->private;

	++*pos;
	walk->pos = bpf_iter_dmabuf_next(&walk->it);
	return walk->pos;
}

static void bpf_iter_dmabuf_seq_stop(struct seq_file *seq, void *v)
{
	/* an element that is left is still held, for the next start() */
	if (!v)
		bpf_iter_dmabuf_seq_run(seq, v, true);
}

static const struct seq_operations bpf_iter_dmabuf_seq_ops = {
	.start = bpf_iter_dmabuf_seq_start,
	.next = bpf_iter_dmabuf_seq_next,
	.stop = bpf_iter_dmabuf_seq_stop,
	.show = bpf_iter_dmabuf_seq_show,
};

static int bpf_iter_dmabuf_seq_begin(void *priv, struct bpf_iter_aux_info *aux)
{
	struct bpf_iter_dmabuf_seq *walk = priv;

	walk->pos = NULL;
	return bpf_iter_dmabuf_new(&walk->it);
}

static void bpf_iter_dmabuf_seq_end(void *priv)
{
	struct bpf_iter_dmabuf_seq *walk = priv;

	bpf_iter_dmabuf_destroy(&walk->it);
}

static const struct bpf_iter_seq_info bpf_iter_dmabuf_seq_info = {
	.seq_ops = &bpf_iter_dmabuf_seq_ops,
	.init_seq_private = bpf_iter_dmabuf_seq_begin,
	.fini_seq_private = bpf_iter_dmabuf_seq_end,
	.seq_priv_size = sizeof(struct bpf_iter_dmabuf_seq),
};

static struct bpf_iter_reg bpf_iter_dmabuf_target = {
	.target = "dmabuf",
	.feature = BPF_ITER_RESCHED,
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__dmabuf, dmabuf),
		  PTR_TO_BTF_ID_OR_NULL | PTR_TRUSTED },
	},
	.seq_info = &bpf_iter_dmabuf_seq_info,
};

DEFINE_BPF_ITER_FUNC(dmabuf, struct bpf_iter_meta *meta, struct dma_buf *dmabuf)
BTF_ID_LIST_SINGLE(bpf_iter_dmabuf_element, struct, dma_buf)

static int __init bpf_iter_dmabuf_target_init(void)
{
	bpf_iter_dmabuf_target.ctx_arg_info[0].btf_id = bpf_iter_dmabuf_element[0];
	return bpf_iter_reg_target(&bpf_iter_dmabuf_target);
}
late_initcall(bpf_iter_dmabuf_target_init);
