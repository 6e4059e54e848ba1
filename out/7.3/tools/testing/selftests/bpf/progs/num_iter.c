// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256

char _license[] SEC("license") = "GPL";

static struct bpf_spin_lock lock SEC(".data.lock");

/* what the test asks for */
int start;
int end;
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
	case 0: /* some */
		start = -2;
		end = 3;
		return 0;
	case 1: /* one */
		start = 7;
		end = 8;
		return 0;
	case 2: /* none */
		start = 5;
		end = 5;
		return 0;
	case 3: /* lowest */
		start = -2147483648;
		end = -2147483646;
		return 0;
	case 4: /* highest */
		start = 2147483645;
		end = 2147483647;
		return 0;
	case 5: /* downwards */
		start = 1;
		end = 0;
		return 0;
	case 6: /* too_many */
		start = -1;
		end = 8 * 1024 * 1024;
		return 0;
	case 7: /* overflowing */
		start = -2147483648;
		end = 2147483647;
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

	bpf_for_each(num, pos, start, end) {
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
	struct bpf_iter_num it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_num_new(&it, start, end);
	if (bpf_iter_num_next(&it))
		nr_elems++;
	if (bpf_iter_num_next(&it))
		nr_elems++;
	bpf_iter_num_destroy(&it);

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_num it;

	nr_elems = 0;

	bpf_iter_num_new(&it, start, end);
	while (bpf_iter_num_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_num_next(&it);
	revived[1] = (u64)bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_num it;
	int *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_destroy(&it);

	bpf_iter_num_new(&it, start, end);
	pos = bpf_iter_num_next(&it);
	if (pos)
		elems[0] = *pos;
	bpf_iter_num_destroy(&it);

	bpf_iter_num_new(&it, start, end);
	pos = bpf_iter_num_next(&it);
	if (pos)
		elems[1] = *pos;
	bpf_iter_num_destroy(&it);

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

	bpf_for_each(num, pos, start, end) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = *pos;
		nr_outer++;
		bpf_for_each(num, pos, start, end)
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

	bpf_for_each(num, pos, start, end) {
		id = *pos;
		bpf_for_each(num, pos, start, end) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(num, pos, start, end)
				nr_inner += *pos == id;
		}
	}

	return 0;
}

/* is one of the few kfuncs that may be called with a lock held */
SEC("syscall")
int under_lock(void *ctx)
{
	int *pos;

	nr_elems = 0;

	bpf_spin_lock(&lock);
	bpf_for_each(num, pos, start, end)
		nr_elems++;
	bpf_spin_unlock(&lock);

	return 0;
}
