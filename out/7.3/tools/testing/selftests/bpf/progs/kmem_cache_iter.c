// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define MAX_NAME 32

char _license[] SEC("license") = "GPL";

/* what the test asks for */

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[2];
s64 nr_references;
int err;

/* user space knows an element by its name: a number made of that tells it from the others */
static __always_inline u64 name_of(const char *name)
{
	u8 text[MAX_NAME] = {};
	u64 number = 0;
	int i;

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return number;
}

SEC("syscall")
int walk(void *ctx)
{
	struct kmem_cache *pos;
	u64 id;

	nr_elems = 0;

	bpf_for_each(kmem_cache, pos) {
		id = name_of(pos->name);
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
	struct bpf_iter_kmem_cache it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_kmem_cache_new(&it);
	if (bpf_iter_kmem_cache_next(&it))
		nr_elems++;
	if (bpf_iter_kmem_cache_next(&it))
		nr_elems++;
	bpf_iter_kmem_cache_destroy(&it);

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_kmem_cache it;

	nr_elems = 0;

	bpf_iter_kmem_cache_new(&it);
	while (bpf_iter_kmem_cache_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_kmem_cache_next(&it);
	revived[1] = (u64)bpf_iter_kmem_cache_next(&it);
	bpf_iter_kmem_cache_destroy(&it);

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_kmem_cache it;
	struct kmem_cache *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_iter_kmem_cache_new(&it);
	bpf_iter_kmem_cache_destroy(&it);

	bpf_iter_kmem_cache_new(&it);
	pos = bpf_iter_kmem_cache_next(&it);
	if (pos)
		elems[0] = name_of(pos->name);
	bpf_iter_kmem_cache_destroy(&it);

	bpf_iter_kmem_cache_new(&it);
	pos = bpf_iter_kmem_cache_next(&it);
	if (pos)
		elems[1] = name_of(pos->name);
	bpf_iter_kmem_cache_destroy(&it);

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct kmem_cache *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(kmem_cache, pos) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = name_of(pos->name);
		nr_outer++;
		bpf_for_each(kmem_cache, pos)
			nr_inner += name_of(pos->name) == id;
	}

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct kmem_cache *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(kmem_cache, pos) {
		id = name_of(pos->name);
		bpf_for_each(kmem_cache, pos) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(kmem_cache, pos)
				nr_inner += name_of(pos->name) == id;
		}
	}

	return 0;
}

SEC("syscall")
int references(void *ctx)
{
	struct kmem_cache *pos;

	nr_references = 0;

	bpf_for_each(kmem_cache, pos)
		nr_references += pos->refcount;

	return 0;
}
