// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct foo *last;
	u64 id;
	u64 over;
} __aligned(8);

DEFINE_STATIC_SRCU(foo_srcu);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	memset(kit, 0, sizeof(*kit));
	kit->over = flags != 0;
	return flags ? -EINVAL : 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct foo *pos;
	int idx;

	if (kit->over)
		return NULL;
	idx = srcu_read_lock(&foo_srcu);
	pos = foo_find_get(&foos, kit->id);
	srcu_read_unlock(&foo_srcu, idx);
	if (kit->last)
		foo_put(kit->last);
	kit->last = pos;
	if (pos)
		kit->id = pos->id + 1;
	else
		kit->over = 1;
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->last)
		foo_put(kit->last);
}
// I04: srcu_read_unlock(&foo_srcu, idx);\n\tif (kit->last) ==> if (kit->last)
// I04: if (kit->last)\n\t\tfoo_put(kit->last);\n\tkit->last ==> kit->last
// I04: if (kit->last)\n\t\tfoo_put(kit->last);\n} ==> }
// I14: kit->last = pos;\n ==> if (pos)\n\t\tkit->last = pos;\n
// I13: return pos;\n ==> foo_put(pos);\n\treturn pos;\n
// I02: kit->over = 1;\n ==> kit->over = 0;\n
// I02: if (kit->over)\n\t\treturn NULL;\n ==> 
// I01: memset(kit, 0, sizeof(*kit));\n ==> 
// I01: kit->over = flags != 0;\n ==> 
// I34: // all: KF_SLEEPABLE ==> // all:
// I14: foo_put(kit->last);\n\tkit->last ==> foo_put(kit->last);\n\tif (kit->last)\n\t\tfoo_put(kit->last);\n\tkit->last
