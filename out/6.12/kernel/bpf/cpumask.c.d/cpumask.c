// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/cpumask.c, at its end. */

struct bpf_iter_cpumask {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_cpumask_kern {
	unsigned long *words;
	int cpu;
	unsigned int nr;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_cpumask_new() - begin to walk over the CPUs in a mask
 * @it: the iterator, on the BPF program's stack
 * @mask: the mask, of which the iterator takes a copy
 *
 * Return: 0 on success, -E2BIG if they are too large to allocate, -ENOMEM if
 * memory allocation fails. After an error the iterator is empty:
 * bpf_iter_cpumask_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_cpumask_new(struct bpf_iter_cpumask *it,
				     const struct cpumask *mask)
{
	struct bpf_iter_cpumask_kern *kit = (void *)it;
	unsigned long *words;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->words = NULL;
	kit->cpu = 0;
	kit->nr = 0;

	if (bpf_mem_alloc_check_size(false, BITS_TO_LONGS(nr_cpu_ids) * sizeof(*words)))
		return -E2BIG;
	words = bpf_mem_alloc(&bpf_global_ma,
			      BITS_TO_LONGS(nr_cpu_ids) * sizeof(*words));
	if (!words)
		return -ENOMEM;

	bitmap_copy(words, cpumask_bits(mask), nr_cpu_ids);

	kit->words = words;
	kit->cpu = -1;
	kit->nr = nr_cpu_ids;
	return 0;
}

/**
 * bpf_iter_cpumask_next() - get the next element
 * @it: the iterator
 *
 * Return: a pointer to the next number, overwritten by the next call, or NULL
 * at the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc int *bpf_iter_cpumask_next(struct bpf_iter_cpumask *it)
{
	struct bpf_iter_cpumask_kern *kit = (void *)it;
	int end = kit->nr;

	if (kit->cpu >= end)
		return NULL;

	kit->cpu = find_next_bit(kit->words, end, kit->cpu + 1);
	return kit->cpu < end ? &kit->cpu : NULL;
}

/**
 * bpf_iter_cpumask_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_cpumask_destroy(struct bpf_iter_cpumask *it)
{
	struct bpf_iter_cpumask_kern *kit = (void *)it;

	bpf_mem_free(&bpf_global_ma, kit->words);
}

__bpf_kfunc_end_defs();
