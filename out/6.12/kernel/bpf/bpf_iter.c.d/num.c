// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/bpf_iter.c, at its end. */

struct bpf_iter_num_kern {
	int cur;
	int end;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_num_new() - begin to count from one number up to another
 * @it: the iterator, on the BPF program's stack
 * @start: the first number
 * @end: the number after the last
 *
 * bpf_for() and bpf_repeat() are made of it. There may be BPF_MAX_LOOPS
 * numbers, 8,388,608, from the first to the last.
 *
 * Return: 0 on success, -EINVAL if @start is above @end, -E2BIG if the range
 * has too many numbers. After an error the iterator is empty:
 * bpf_iter_num_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end)
{
	struct bpf_iter_num_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->cur = 0;
	kit->end = 0;

	if (start > end)
		return -EINVAL;
	if ((s64)end - start > BPF_MAX_LOOPS)
		return -E2BIG;

	kit->cur = start - 1;
	kit->end = end;
	return 0;
}

/**
 * bpf_iter_num_next() - get the next element
 * @it: the iterator
 *
 * Return: a pointer to the next number, overwritten by the next call, or NULL
 * at the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc int *bpf_iter_num_next(struct bpf_iter_num *it)
{
	struct bpf_iter_num_kern *kit = (void *)it;

	/* wraps to the first number if that is the lowest there is */
	if (kit->cur + 1 >= kit->end)
		return NULL;

	kit->cur++;
	return &kit->cur;
}

/**
 * bpf_iter_num_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_num_destroy(struct bpf_iter_num *it)
{
}

__bpf_kfunc_end_defs();
