// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	struct rb_root *root;
	struct foo *pos;
} __aligned(8);

static struct foo *foo_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct foo, node) : NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct pool *pool)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->root = NULL;
	kit->pos = NULL;
	if (!pool_live(pool))
		return -ENODEV;
	kit->root = &foo_tree;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *last = kit->pos;
	struct foo *pos;

	if (!kit->root)
		return NULL;
	spin_lock(&foo_lock);
	pos = foo_of(last ? rb_next(&last->node) : rb_first(kit->root));
	if (pos)
		foo_get(pos);
	spin_unlock(&foo_lock);
	if (last)
		foo_put(last);
	kit->pos = pos;
	if (!pos)
		kit->root = NULL;
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		foo_put(kit->pos);
}
// I01: kit->root = NULL;\n\tkit->pos = NULL; ==> kit->pos = NULL;
// I01: kit->pos = NULL;\n\tif (!pool ==> if (!pool
// I02: if (!pos)\n\t\tkit->root = NULL;\n ==>
// I04: if (kit->pos)\n\t\tfoo_put(kit->pos);\n ==>
// I04: if (last)\n\t\tfoo_put(last);\n ==>
// I09: spin_unlock(&foo_lock);\n ==>
// I14: foo_put(last);\n ==> foo_put(last);\n\tif (last)\n\t\tfoo_put(last);\n
// I14: kit->pos = pos;\n\tif ==> if (pos)\n\t\tkit->pos = pos;\n\tif
// I08: spin_unlock(&foo_lock); ==> mutex_lock(&foo_mutex);\n\tmutex_unlock(&foo_mutex);\n\tspin_unlock(&foo_lock);
// I13: return pos;\n ==> if (pos)\n\t\tfoo_put(pos);\n\treturn pos;\n
