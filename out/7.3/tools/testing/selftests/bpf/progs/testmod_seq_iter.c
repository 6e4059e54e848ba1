// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256

char _license[] SEC("license") = "GPL";

/* what the test asks for */
s64 value;
int cnt;
int variant;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[2];
s64 said, says_drained, says_live, says_empty;
int err;

/* stores the arguments of a variant */
SEC("syscall")
int choose(void *ctx)
{
	switch (variant) {
	case 0: /* three */
		value = 1000000;
		cnt = 3;
		return 0;
	case 1: /* none */
		value = 1;
		cnt = 0;
		return 0;
	case 2: /* negative */
		value = 1;
		cnt = -1;
		return 0;
	}
	return 1;
}

SEC("syscall")
int walk(void *ctx)
{
	s64 *pos;
	u64 id;

	nr_elems = 0;

	bpf_for_each(testmod_seq, pos, value, cnt) {
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
	struct bpf_iter_testmod_seq it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_testmod_seq_new(&it, value, cnt);
	if (bpf_iter_testmod_seq_next(&it))
		nr_elems++;
	if (bpf_iter_testmod_seq_next(&it))
		nr_elems++;
	bpf_iter_testmod_seq_destroy(&it);

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	nr_elems = 0;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	while (bpf_iter_testmod_seq_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_testmod_seq_next(&it);
	revived[1] = (u64)bpf_iter_testmod_seq_next(&it);
	bpf_iter_testmod_seq_destroy(&it);

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_testmod_seq it;
	s64 *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_destroy(&it);

	bpf_iter_testmod_seq_new(&it, value, cnt);
	pos = bpf_iter_testmod_seq_next(&it);
	if (pos)
		elems[0] = *pos;
	bpf_iter_testmod_seq_destroy(&it);

	bpf_iter_testmod_seq_new(&it, value, cnt);
	pos = bpf_iter_testmod_seq_next(&it);
	if (pos)
		elems[1] = *pos;
	bpf_iter_testmod_seq_destroy(&it);

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	s64 *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(testmod_seq, pos, value, cnt) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = *pos;
		nr_outer++;
		bpf_for_each(testmod_seq, pos, value, cnt)
			nr_inner += *pos == id;
	}

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	s64 *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(testmod_seq, pos, value, cnt) {
		id = *pos;
		bpf_for_each(testmod_seq, pos, value, cnt) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(testmod_seq, pos, value, cnt)
				nr_inner += *pos == id;
		}
	}

	return 0;
}

/* may be called whatever new() has said */
SEC("syscall")
int ask_bpf_iter_testmod_seq_value(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	err = bpf_iter_testmod_seq_new(&it, value, cnt);
	said = bpf_iter_testmod_seq_value(7, &it);
	bpf_repeat(MAX_STEPS) {
		if (!bpf_iter_testmod_seq_next(&it))
			break;
	}
	says_drained = bpf_iter_testmod_seq_value(7, &it);
	says_live = 7 + value;
	says_empty = 0;
	bpf_iter_testmod_seq_destroy(&it);

	return 0;
}
