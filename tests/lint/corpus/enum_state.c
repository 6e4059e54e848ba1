// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct foo *pos;
	int phase;
} __aligned(8);

enum { START, RUN, END };

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foo *foo)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->phase = END;
	kit->pos = NULL;
	if (!foo_alive(foo))
		return -ESRCH;
	kit->pos = foo;
	kit->phase = START;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	switch (kit->phase) {
	case START:
		kit->phase = RUN;
		break;
	case RUN:
		kit->pos = foo_parent(kit->pos);
		break;
	default:
		return NULL;
	}
	if (!kit->pos)
		kit->phase = END;
	return kit->pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->phase = END;\n\tkit->pos ==> kit->pos
// I01: kit->phase = END;\n\tkit->pos = NULL;\n ==> kit->phase = RUN;\n\tkit->pos = foo;\n
// I02: if (!kit->pos)\n\t\tkit->phase = END;\n ==>
// I02: kit->phase = END;\n\treturn kit->pos ==> kit->phase = RUN;\n\treturn kit->pos
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I09: kit->phase = RUN; ==> kit->phase = RUN;\n\t\trcu_read_lock();
// I01: kit->phase = START;\n\treturn 0 ==> kit->phase = START;\n\treturn kit->pos->busy ? -EBUSY : 0
// I02: default:\n\t\treturn NULL; ==> default:\n\t\tkit->pos = foo_first();\n\t\tbreak;
// I08: kit->phase = RUN; ==> kit->phase = RUN;\n\t\tmutex_lock(&foo_mutex);\n\t\tmutex_unlock(&foo_mutex);
// I35: struct bpf_iter_x *it)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tswitch ==> struct bpf_iter_x *it, u32 n)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tswitch
