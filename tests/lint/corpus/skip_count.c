// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	struct node *pos;
	u32 bucket;
	u32 done : 1;
};

static struct node *node_at(u32 *bucket, struct node *after)
{
	struct node *node;

	for (; *bucket < NODE_BUCKETS; (*bucket)++) {
		spin_lock_bh(&node_table[*bucket].lock);
		if (after)
			node = hlist_entry_safe(after->link.next, struct node, link);
		else
			node = hlist_entry_safe(node_table[*bucket].head.first, struct node, link);
		after = NULL;
		while (node && !refcount_inc_not_zero(&node->users))
			node = hlist_entry_safe(node->link.next, struct node, link);
		spin_unlock_bh(&node_table[*bucket].lock);
		if (node)
			return node;
	}
	return NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	kit->pos = NULL;
	kit->bucket = 0;
	kit->done = flags != 0;
	if (kit->done)
		return -EINVAL;
	return 0;
}

__bpf_kfunc struct node *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct node *old = kit->pos;

	if (kit->done)
		return NULL;
	kit->pos = node_at(&kit->bucket, old);
	if (old)
		node_put(old);
	if (!kit->pos)
		kit->done = 1;
	return kit->pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		node_put(kit->pos);
}
// I14: kit->pos = node_at(&kit->bucket, old);\n\tif (old)\n\t\tnode_put(old); ==> if (old)\n\t\tnode_put(old);\n\tkit->pos = node_at(&kit->bucket, old);\n\tif (old)\n\t\tnode_put(old);
// I04: if (old)\n\t\tnode_put(old); ==>
// I04: if (kit->pos)\n\t\tnode_put(kit->pos); ==>
// I02: if (!kit->pos)\n\t\tkit->done = 1; ==> if (!kit->pos)\n\t\tkit->bucket = 0;
// I02: if (kit->done)\n\t\treturn NULL;\n\tkit->pos ==> if (kit->done)\n\t\tkit->bucket = 0;\n\tkit->pos
// I01: kit->pos = NULL;\n\tkit->bucket ==> kit->bucket
// I01: kit->done = flags != 0;\n ==>
// I09: spin_unlock_bh(&node_table[*bucket].lock);\n\t\tif (node)\n\t\t\treturn node; ==> if (node)\n\t\t\treturn node;\n\t\tspin_unlock_bh(&node_table[*bucket].lock);
// I08: spin_unlock_bh(&node_table ==> synchronize_rcu();\n\t\tspin_unlock_bh(&node_table
// I14: if (old)\n\t\tnode_put(old); ==> if (old) {\n\t\tnode_put(old);\n\t\tnode_put(old);\n\t}
