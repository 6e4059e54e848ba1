// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER num
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_num_new(it, start, end)
#define iter_for_each(pos) bpf_for_each(num, pos, start, end)

char _license[] SEC("license") = "GPL";

int start;
int end;
int variant;

/* what user space knows an element by */
static __always_inline u64 iter_id(int *pos)
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
	found.came_to = 1;
	return 0;
}
