// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct x_cursor {
	struct list_head node;
	bool marker;
};

struct x_state {
	struct pool *pool;
	struct job *job;
	struct x_cursor cursor;
};

struct bpf_iter_x_kern {
	struct x_state *state;
};

static struct job *job_after(struct x_state *st)
{
	struct job *job = NULL;
	struct list_head *p;

	spin_lock(&st->pool->lock);
	for (p = st->cursor.node.next; p != &st->pool->jobs; p = p->next) {
		job = list_entry(p, struct job, node);
		if (!job->is_marker && job_tryget(job))
			break;
		job = NULL;
	}
	list_del_init(&st->cursor.node);
	if (job)
		list_add(&st->cursor.node, &job->node);
	spin_unlock(&st->pool->lock);
	return job;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct pool *pool)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct x_state *st;

	kit->state = NULL;
	st = kzalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	INIT_LIST_HEAD(&st->cursor.node);
	st->cursor.marker = true;
	if (!pool_tryget(pool)) {
		kfree(st);
		return -ENOENT;
	}
	st->pool = pool;
	spin_lock(&pool->lock);
	list_add(&st->cursor.node, &pool->jobs);
	spin_unlock(&pool->lock);
	kit->state = st;
	return 0;
}

__bpf_kfunc struct job *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct x_state *st = kit->state;

	if (!st || list_empty(&st->cursor.node))
		return NULL;
	if (st->job)
		job_put(st->job);
	st->job = job_after(st);
	return st->job;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct x_state *st = kit->state;

	if (!st)
		return;
	spin_lock(&st->pool->lock);
	list_del(&st->cursor.node);
	spin_unlock(&st->pool->lock);
	if (st->job)
		job_put(st->job);
	pool_put(st->pool);
	kfree(st);
}
// I04: if (st->job)\n\t\tjob_put(st->job);\n\tpool_put ==> pool_put
// I04: pool_put(st->pool);\n ==>
// I04: pool_put(st->pool);\n\tkfree(st); ==> pool_put(st->pool);
// I04: if (!pool_tryget(pool)) {\n\t\tkfree(st); ==> if (!pool_tryget(pool)) {
// I01: kit->state = NULL;\n\tst = ==> st =
// I01: st->pool = pool;\n ==> kit->state = st;\n\tif (pool->closed) {\n\t\tkfree(st);\n\t\treturn -ESHUTDOWN;\n\t}\n\tst->pool = pool;\n
// I14: if (st->job)\n\t\tjob_put(st->job);\n\tst->job = ==> if (st->job)\n\t\tjob_put(st->job);\n\tif (!job_more(st->job))\n\t\treturn NULL;\n\tst->job =
// I08: INIT_LIST_HEAD(&st->cursor.node); ==> spin_lock(&pool->lock);\n\tmsleep(1);\n\tspin_unlock(&pool->lock);\n\tINIT_LIST_HEAD(&st->cursor.node);
// I09: list_del_init(&st->cursor.node);\n\tif (job) ==> if (!job)\n\t\treturn NULL;\n\tlist_del_init(&st->cursor.node);\n\tif (job)
// I04: if (!st)\n\t\treturn;\n\tspin_lock ==> if (!st || !st->job)\n\t\treturn;\n\tspin_lock
// I14: kfree(st);\n} ==> kfree(st);\n\tpool_put(st->pool);\n}
