// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: 
// all: 
struct bpf_iter_x_kern {
	int cpu;
	int value;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->cpu = -1;
	kit->value = 0;
	if (flags) {
		kit->cpu = nr_cpu_ids;
		return -EINVAL;
	}
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->cpu >= (int)nr_cpu_ids)
		return NULL;
	kit->cpu = cpumask_next(kit->cpu, cpu_possible_mask);
	if (kit->cpu >= (int)nr_cpu_ids) {
		kit->cpu = INT_MAX;
		return NULL;
	}
	kit->value = *per_cpu_ptr(&foo_count, kit->cpu);
	return (struct foo *)&kit->value;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->cpu = nr_cpu_ids;\n\t\treturn ==> return
// I02: kit->cpu = INT_MAX; ==> kit->cpu = -1;
// I02: kit->cpu = INT_MAX;\n ==> kit->cpu = nr_cpu_ids - 2;\n
// I02: if (kit->cpu >= (int)nr_cpu_ids)\n\t\treturn NULL;\n\tkit->cpu = cpumask_next ==> kit->cpu = cpumask_next
// I09: kit->value = * ==> get_cpu();\n\tkit->value = *
// I09: kit->value = 0; ==> kit->value = 0;\n\tcpus_read_lock();
// I01: kit->cpu = -1;\n ==> if (!num_online_cpus())\n\t\treturn -ENODEV;\n\tkit->cpu = -1;\n
// I08: kit->value = * ==> preempt_disable();\n\tsynchronize_rcu();\n\tpreempt_enable();\n\tkit->value = *
// I11: if (flags) { ==> if (kit->cpu > 0) {
// I35: __bpf_kfunc void ==> __bpf_kfunc u64
