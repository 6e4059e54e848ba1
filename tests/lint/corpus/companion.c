// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct foo *pos;
	u64 seen;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foo *foo)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	kit->seen = 0;
	if (!foo->live)
		return -ENOENT;
	kit->pos = foo;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *pos = kit->pos;

	if (!pos)
		return NULL;
	kit->seen++;
	kit->pos = foo_next_rcu(pos);
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}

__bpf_kfunc int x_state(struct bpf_iter_x *it__iter)
{
	struct bpf_iter_x_kern *kit = (void *)it__iter;

	if (!kit->pos)
		return -ENOENT;
	return kit->pos->state;
}
// I06: if (!kit->pos)\n\t\treturn -ENOENT;\n\treturn kit ==> return kit
// I06: kit->pos = NULL;\n\tkit->seen = 0;\n\tif (!foo->live) ==> if (!foo->live)
// I01: kit->pos = NULL;\n\tkit->seen ==> kit->seen
// I02: if (!pos)\n\t\treturn NULL;\n\tkit->seen++;\n\tkit->pos = foo_next_rcu(pos); ==> kit->seen++;\n\tpos = foo_next_rcu(pos);\n\tkit->pos = pos;
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I09: kit->seen++; ==> rcu_read_lock();\n\tkit->seen++;
// I01: kit->pos = NULL;\n\tkit->seen = 0; ==> kit->pos = foo;\n\tkit->seen = 0;
// I08: kit->seen++; ==> schedule();\n\tkit->seen++;
// I36: bpf_iter_x_next(struct ==> bpf_iter_x_step(struct
// I09: kit->pos = foo;\n ==> kit->pos = foo;\n\tspin_lock(&foo->lock);\n
