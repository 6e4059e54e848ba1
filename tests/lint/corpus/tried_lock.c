// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	struct foo *pos;
	u64 over;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foo *foo)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	WRITE_ONCE(kit->over, 1);
	kit->pos = NULL;
	if (!foo_tryget(foo))
		return -ENOENT;
	kit->pos = foo;
	WRITE_ONCE(kit->over, 0);
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *next = NULL;
	struct foo *last = kit->pos;

	if (READ_ONCE(kit->over))
		return NULL;
	if (spin_trylock(&foo_lock)) {
		next = foo_next(last);
		if (next && !foo_tryget(next))
			next = NULL;
		spin_unlock(&foo_lock);
	}
	foo_put(last);
	kit->pos = next;
	if (!next)
		kit->over = 1;
	return next;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *last = xchg(&kit->pos, NULL);

	if (last)
		foo_put(last);
}
// I01: WRITE_ONCE(kit->over, 1);\n ==>
// I01: kit->pos = NULL;\n\tif (!foo_tryget ==> if (!foo_tryget
// I02: if (!next)\n\t\tkit->over = 1;\n ==>
// I09: spin_unlock(&foo_lock);\n ==>
// I09: if (spin_trylock(&foo_lock)) { ==> {
// I04: if (last)\n\t\tfoo_put(last);\n ==>
// I04: foo_put(last);\n\tkit->pos = next ==> kit->pos = next
// I14: kit->pos = next;\n ==>
// I13: return next;\n ==> if (next)\n\t\tfoo_put(next);\n\treturn next;\n
// I10: if (!foo_tryget(foo))\n\t\treturn -ENOENT;\n ==>
