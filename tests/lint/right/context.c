// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fd { __u64 __opaque[2]; } __aligned(8);
struct fd_ctx { struct list_head head; struct mutex lock; refcount_t ref; struct foo *cur; int nr; char *buf[]; };
struct bpf_iter_fd_kern { struct fd_ctx *ctx; struct task_struct *tsk; };
static struct fd_ctx *fd_alloc(int nr)
{
	struct fd_ctx *ctx;

	ctx = kzalloc(struct_size(ctx, buf, nr), GFP_KERNEL);
	if (!ctx)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&ctx->head);
	mutex_init(&ctx->lock);
	refcount_set(&ctx->ref, 1);
	ctx->nr = nr;
	return ctx;
}
static void fd_free(struct fd_ctx *ctx)
{
	struct foo *foo, *tmp;

	list_for_each_entry_safe(foo, tmp, &ctx->head, node) {
		list_del(&foo->node);
		kfree(foo);
	}
	kfree(ctx);
}
static void fd_put(struct fd_ctx *ctx)
{
	if (refcount_dec_and_test(&ctx->ref))
		fd_free(ctx);
}
static int fd_fill(struct fd_ctx *ctx)
{
	struct foo *foo;
	int i;

	for (i = 0; i < ctx->nr; i++) {
		foo = kmalloc(sizeof(*foo), GFP_KERNEL);
		if (!foo)
			return -ENOMEM;
		foo->i = i;
		list_add_tail(&foo->node, &ctx->head);
	}
	return 0;
}
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fd_new(struct bpf_iter_fd *it, u32 nr)
{
	struct bpf_iter_fd_kern *kit = (void *)it;
	struct fd_ctx *ctx;
	int err;

	kit->ctx = NULL;
	kit->tsk = NULL;
	if (nr > 64)
		return -E2BIG;
	ctx = fd_alloc(nr);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = fd_fill(ctx);
	if (err)
		goto err_free;
	kit->tsk = get_task_struct(current);
	kit->ctx = ctx;
	return 0;

err_free:
	fd_free(ctx);
	return err;
}
__bpf_kfunc struct foo *bpf_iter_fd_next(struct bpf_iter_fd *it)
{
	struct bpf_iter_fd_kern *kit = (void *)it;
	struct fd_ctx *ctx = kit->ctx;

	if (!ctx || ctx->nr <= 0)
		return NULL;
	guard(mutex)(&ctx->lock);
	ctx->cur = list_first_entry_or_null(&ctx->head, struct foo, node);
	if (ctx->cur)
		list_move_tail(&ctx->cur->node, &ctx->head);
	ctx->nr--;
	return ctx->cur;
}
__bpf_kfunc void bpf_iter_fd_destroy(struct bpf_iter_fd *it)
{
	struct bpf_iter_fd_kern *kit = (void *)it;

	if (kit->tsk)
		put_task_struct(kit->tsk);
	if (kit->ctx)
		fd_put(kit->ctx);
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fd_ids)
BTF_ID_FLAGS(func, bpf_iter_fd_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fd_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fd_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(fd_ids)
