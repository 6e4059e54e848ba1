// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/helpers.c, at its end. */

struct bpf_iter_bits {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_bits_kern {
	union {
		u64 *words;
		u64 words_inline;
	};
	u32 nr_words;
	int bit;
} __aligned(8);

/*
 * Copy the words, in the order in which find_next_bit() takes the halves of
 * each.
 */
static int bpf_iter_bits_read(u64 *words, const u64 *unsafe_ptr, u32 nr_words)
{
	int err;

	err = bpf_probe_read_kernel_common(words, nr_words * sizeof(*words),
					   unsafe_ptr);
	if (err)
		return err;
	if (BITS_PER_LONG == 32 && IS_ENABLED(CONFIG_CPU_BIG_ENDIAN)) {
		while (nr_words--)
			words[nr_words] = ror64(words[nr_words], 32);
	}
	return 0;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_bits_new() - begin to walk over the bits that are set in an array
 *	of 64-bit words
 * @it: the iterator, on the BPF program's stack
 * @unsafe_ptr__ign: the address of the words
 * @nr_words: how many words there are
 *
 * The words are read once, by new(). What is changed in them later is not
 * seen.
 *
 * Return: 0 on success, -EINVAL if there is no word, -E2BIG if there are more
 * than 511 words or if they are too large to allocate, -ENOMEM if memory
 * allocation fails, -EFAULT if the words cannot be read. After an error the
 * iterator is empty: bpf_iter_bits_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_bits_new(struct bpf_iter_bits *it,
				  const u64 *unsafe_ptr__ign, u32 nr_words)
{
	struct bpf_iter_bits_kern *kit = (void *)it;
	u64 *words = &kit->words_inline;
	int err;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->bit = 0;
	kit->nr_words = 0;

	if (!unsafe_ptr__ign || !nr_words)
		return -EINVAL;
	if (nr_words > 511)
		return -E2BIG;

	if (nr_words > 1) {
		if (bpf_mem_alloc_check_size(false, nr_words * sizeof(*words)))
			return -E2BIG;
		words = bpf_mem_alloc(&bpf_global_ma,
				      nr_words * sizeof(*words));
		if (!words)
			return -ENOMEM;
		kit->words = words;
	}

	if (bpf_iter_bits_read(words, unsafe_ptr__ign, nr_words)) {
		err = -EFAULT;
		goto free_words;
	}

	kit->nr_words = nr_words;
	kit->bit = -1;
	return 0;

free_words:
	if (nr_words > 1)
		bpf_mem_free(&bpf_global_ma, words);
	return err;
}

/**
 * bpf_iter_bits_next() - get the next element
 * @it: the iterator
 *
 * Return: a pointer to the next number, overwritten by the next call, or NULL
 * at the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc int *bpf_iter_bits_next(struct bpf_iter_bits *it)
{
	struct bpf_iter_bits_kern *kit = (void *)it;
	u64 *words = kit->nr_words > 1 ? kit->words : &kit->words_inline;
	int end = kit->nr_words * 64;

	if (kit->bit >= end)
		return NULL;

	kit->bit = find_next_bit((unsigned long *)words, end, kit->bit + 1);
	return kit->bit < end ? &kit->bit : NULL;
}

/**
 * bpf_iter_bits_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_bits_destroy(struct bpf_iter_bits *it)
{
	struct bpf_iter_bits_kern *kit = (void *)it;

	if (kit->nr_words > 1)
		bpf_mem_free(&bpf_global_ma, kit->words);
}

__bpf_kfunc_end_defs();
