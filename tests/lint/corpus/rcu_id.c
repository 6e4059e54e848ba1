// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct ns *ns;
	u32 id;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct ns *ns)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->ns = ns;
	kit->id = 0;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *foo;

	if (!kit->ns)
		return NULL;
	foo = foo_lookup(kit->ns, kit->id);
	if (foo)
		kit->id = foo->id + 1;
	else
		kit->ns = NULL;
	return foo;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I02: else\n\t\tkit->ns = NULL;\n ==>
// I02: if (!kit->ns)\n\t\treturn NULL;\n ==>
// I02: kit->ns = NULL; ==> kit->id = 0;
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I01: kit->ns = ns; ==> if (!ns->count)\n\t\treturn -ENOENT;\n\tkit->ns = ns;
// I01: kit->id = 0;\n ==>
// I09: kit->id = 0; ==> kit->id = 0;\n\tpreempt_disable();
// I01: return 0; ==> return ns->dead ? -ENOENT : 0;
// I08: foo = foo_lookup ==> mutex_lock(&foo_mutex);\n\tmutex_unlock(&foo_mutex);\n\tfoo = foo_lookup
// I37: // all: ==> // drop: next\n// all:
