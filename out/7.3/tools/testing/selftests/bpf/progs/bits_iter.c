// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER bits
#define ITER_SECTION "syscall"
#define ITER_ALLOCATES 1
#define iter_new(it) bpf_iter_bits_new(it, unsafe_ptr, nr_words)
#define iter_for_each(pos) bpf_for_each(bits, pos, unsafe_ptr, nr_words)

char _license[] SEC("license") = "GPL";

u64 word[] = { 0x8000000000000005 };
u64 words[] = { 0x1, 0, 0x8000000000000000 };
u64 full[] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL };
u64 zeros[] = { 0, 0 };
u64 most[] = { [510] = 0x8000000000000001 };

const u64 *unsafe_ptr;
u32 nr_words;
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
	found.came_to = 1;
	return 0;
}
