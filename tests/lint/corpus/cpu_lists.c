// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct worker *pos;
	int cpu;
};

static DEFINE_PER_CPU(struct list_head, workers);

static struct worker *first_of(int *cpu)
{
	for (; *cpu < nr_cpu_ids; (*cpu)++) {
		struct worker *pos;

		if (!cpu_possible(*cpu))
			continue;
		pos = list_first_or_null_rcu(per_cpu_ptr(&workers, *cpu), struct worker, node);
		if (pos)
			return pos;
	}
	return NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->cpu = nr_cpu_ids;
	kit->pos = NULL;
	if (flags & ~1U)
		return -EINVAL;
	kit->cpu = 0;
	kit->pos = first_of(&kit->cpu);
	return 0;
}

__bpf_kfunc struct worker *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct worker *pos = kit->pos;

	if (!pos)
		return NULL;
	kit->pos = list_next_or_null_rcu(per_cpu_ptr(&workers, kit->cpu), &pos->node, struct worker, node);
	if (!kit->pos) {
		kit->cpu++;
		kit->pos = first_of(&kit->cpu);
	}
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: \tkit->pos = NULL;\n\tif (flags ==> \tif (flags
// I09: \tkit->cpu = 0;\n ==> \tkit->cpu = get_cpu();\n
// I02: \tif (!pos)\n\t\treturn NULL;\n\tkit->pos = list ==> \tif (!pos) {\n\t\tkit->cpu = 0;\n\t\tpos = first_of(&kit->cpu);\n\t}\n\tif (!pos)\n\t\treturn NULL;\n\tkit->pos = list
// I08: \t\tkit->cpu++;\n ==> \t\tkit->cpu++;\n\t\tcond_resched();\n
// I07: list_next_or_null_rcu(per_cpu_ptr(&workers, kit->cpu), &pos->node, struct worker, node) ==> list_entry_rcu(pos->node.next, struct worker, node)
