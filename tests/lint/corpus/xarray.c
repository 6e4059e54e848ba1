// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct ns *ns;
	unsigned long index;
	u64 over;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct ns *ns, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	*kit = (struct bpf_iter_x_kern){ .over = 1 };
	if (flags)
		return -EINVAL;
	*kit = (struct bpf_iter_x_kern){ .ns = ns };
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *foo;

	if (kit->over)
		return NULL;
	foo = xa_find(&kit->ns->foos, &kit->index, ULONG_MAX, XA_PRESENT);
	kit->index++;
	if (!foo)
		kit->over = 1;
	return foo;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: *kit = (struct bpf_iter_x_kern){ .over = 1 };\n ==>
// I01: { .over = 1 } ==> { .over = 0 }
// I02: if (!foo)\n\t\tkit->over = 1;\n ==>
// I02: if (kit->over)\n\t\treturn NULL;\n ==>
// I02: kit->over = 1;\n\treturn ==> kit->index = 0;\n\treturn
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I11: if (flags)\n\t\treturn -EINVAL;\n ==>
// I09: foo = xa_find ==> xa_lock(&kit->ns->foos);\n\tfoo = xa_find
// I08: kit->index++; ==> kit->index++;\n\tsynchronize_rcu();
// I39: BTF_KFUNCS_START ==> BTF_SET8_START
