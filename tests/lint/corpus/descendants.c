// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: 
// all: 
struct bpf_iter_x_kern {
	struct group *root;
	struct group *pos;
	bool done;
};

static struct group *advance(struct group *pos, struct group *root)
{
	struct group *next = pos;

	do {
		next = group_next_descendant_pre(next, root);
	} while (next && !group_tryget_online(next));
	return next;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct group *start, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->root = NULL;
	kit->pos = NULL;
	kit->done = true;
	switch (flags) {
	case GROUP_DESCENDANTS:
		break;
	default:
		return -EINVAL;
	}
	if (!group_tryget(start))
		return -ENOENT;
	kit->root = start;
	kit->done = false;
	return 0;
}

__bpf_kfunc struct group *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct group *next;

	if (kit->done)
		return NULL;
	rcu_read_lock();
	next = advance(kit->pos, kit->root);
	rcu_read_unlock();
	if (kit->pos)
		group_put(kit->pos);
	kit->pos = next;
	kit->done = !next;
	return next;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		group_put(kit->pos);
	if (kit->root)
		group_put(kit->root);
}
// I04: \tif (kit->root)\n\t\tgroup_put(kit->root);\n ==> 
// I14: \tif (!group_tryget(start))\n\t\treturn -ENOENT;\n ==> 
// I09: \trcu_read_unlock();\n\tif (kit->pos) ==> \tif (kit->pos)
// I02: \tkit->done = !next;\n ==> 
// I04: \tif (kit->pos)\n\t\tgroup_put(kit->pos);\n\tkit->pos = next; ==> \tkit->pos = next;
// I01: \tkit->done = true;\n\tswitch ==> \tswitch
