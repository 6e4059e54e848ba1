// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define WALKS_A_RUN 1000

char _license[] SEC("license") = "GPL";

u64 word[] = { 0x8000000000000005 };
u64 words[] = { 0x1, 0, 0x8000000000000000 };
u64 full[] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL };
u64 zeros[] = { 0, 0 };
u64 most[] = { [510] = 0x8000000000000001 };

/* what the test asks for */
const u64 *unsafe_ptr;
u32 nr_words;
int variant;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[2];
int err;

/* stores the arguments of a variant */
SEC("syscall")
int choose(void *ctx)
{
	switch (variant) {
	case 0: /* one_word */
		unsafe_ptr = word;
		nr_words = 1;
		return 0;
	case 1: /* more_words */
		unsafe_ptr = words;
		nr_words = 3;
		return 0;
	case 2: /* no_bits */
		unsafe_ptr = zeros;
		nr_words = 2;
		return 0;
	case 3: /* most_words */
		unsafe_ptr = most;
		nr_words = 511;
		return 0;
	case 4: /* no_words */
		unsafe_ptr = word;
		nr_words = 0;
		return 0;
	case 5: /* null */
		unsafe_ptr = NULL;
		nr_words = 1;
		return 0;
	case 6: /* too_many */
		unsafe_ptr = words;
		nr_words = 512;
		return 0;
	case 7: /* overflowing */
		unsafe_ptr = words;
		nr_words = 0x20000001;
		return 0;
	case 8: /* bad_word */
		unsafe_ptr = (void *)0xfff;
		nr_words = 1;
		return 0;
	case 9: /* bad_words */
		unsafe_ptr = (void *)0xfff;
		nr_words = 2;
		return 0;
	}
	return 1;
}

SEC("syscall")
int walk(void *ctx)
{
	int *pos;
	u64 id;

	nr_elems = 0;

	bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
		id = *pos;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
	}

	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_bits it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	if (bpf_iter_bits_next(&it))
		nr_elems++;
	if (bpf_iter_bits_next(&it))
		nr_elems++;
	bpf_iter_bits_destroy(&it);

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_bits it;

	nr_elems = 0;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	while (bpf_iter_bits_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_bits_next(&it);
	revived[1] = (u64)bpf_iter_bits_next(&it);
	bpf_iter_bits_destroy(&it);

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_bits it;
	int *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_destroy(&it);

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	pos = bpf_iter_bits_next(&it);
	if (pos)
		elems[0] = *pos;
	bpf_iter_bits_destroy(&it);

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	pos = bpf_iter_bits_next(&it);
	if (pos)
		elems[1] = *pos;
	bpf_iter_bits_destroy(&it);

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	int *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = *pos;
		nr_outer++;
		bpf_for_each(bits, pos, unsafe_ptr, nr_words)
			nr_inner += *pos == id;
	}

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	int *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
		id = *pos;
		bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(bits, pos, unsafe_ptr, nr_words)
				nr_inner += *pos == id;
		}
	}

	return 0;
}

/* many short walks, whose memory the test counts */
SEC("syscall")
int walk_often(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_repeat(WALKS_A_RUN) {
		bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
		bpf_iter_bits_next(&it);
		bpf_iter_bits_destroy(&it);
	}

	return 0;
}
