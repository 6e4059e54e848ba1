// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER testmod_seq
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_testmod_seq_new(it, value, cnt)
#define iter_for_each(pos) bpf_for_each(testmod_seq, pos, value, cnt)

char _license[] SEC("license") = "GPL";

s64 value;
int cnt;
int variant;

/* what user space knows an element by */
static __always_inline u64 iter_id(s64 *pos)
{
	return *pos;
}

#include "iter_walks.h"

/* stores the arguments of a walk */
SEC(ITER_SECTION)
int choose(void *ctx)
{
	if (!mine())
		return 0;
	found.came_to = 0;
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
	found.came_to = 1;
	return 0;
}

/* may be called whatever new() has said */
SEC(ITER_SECTION)
int ask_bpf_iter_testmod_seq_value(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	found.err = iter_new(&it);
	found.said = bpf_iter_testmod_seq_value(7, &it);
	bpf_repeat(MAX_STEPS) {
		if (!iter_next(&it))
			break;
	}
	found.says_drained = bpf_iter_testmod_seq_value(7, &it);
	found.says_live = 7 + value;
	found.says_empty = 0;
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}
