// SPDX-License-Identifier: GPL-2.0-only
/* Joins tools/testing/selftests/bpf/test_kmods/bpf_testmod.c, at its end. */

__bpf_kfunc_start_defs();

/**
 * bpf_iter_testmod_seq_new() - begin to get one value a number of times
 * @it: the iterator, on the BPF program's stack
 * @value: the value
 * @cnt: how often it comes
 *
 * Return: 0 on success, -EINVAL if @cnt is negative. After an error the
 * iterator is empty: bpf_iter_testmod_seq_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_testmod_seq_new(struct bpf_iter_testmod_seq *it,
					 s64 value, int cnt)
{
	/* next() and destroy() are called even when this fails */
	it->cnt = -1;

	if (cnt < 0)
		return -EINVAL;

	it->value = value;
	it->cnt = cnt;
	return 0;
}

/**
 * bpf_iter_testmod_seq_next() - get the next element
 * @it: the iterator
 *
 * Return: a pointer to the next number, overwritten by the next call, or NULL
 * at the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc s64 *bpf_iter_testmod_seq_next(struct bpf_iter_testmod_seq *it)
{
	if (it->cnt <= 0)
		return NULL;

	it->cnt--;
	return &it->value;
}

/**
 * bpf_iter_testmod_seq_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_testmod_seq_destroy(struct bpf_iter_testmod_seq *it)
{
}

/**
 * bpf_iter_testmod_seq_value() - get the value, increased by a number
 * @val: the number
 * @it__iter: the iterator
 *
 * Return: the result, or 0 if bpf_iter_testmod_seq_new() failed.
 */
__bpf_kfunc s64 bpf_iter_testmod_seq_value(int val,
					   struct bpf_iter_testmod_seq *it__iter)
{
	if (it__iter->cnt < 0)
		return 0;

	return val + it__iter->value;
}

__bpf_kfunc_end_defs();
