// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER kmem_cache
#define ITER_SECTION "syscall"
#define MAX_NAME 32
#define iter_new(it) bpf_iter_kmem_cache_new(it)
#define iter_for_each(pos) bpf_for_each(kmem_cache, pos)

char _license[] SEC("license") = "GPL";

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

/* what user space knows an element by */
static __always_inline u64 iter_id(struct kmem_cache *pos)
{
	return name_of(pos->name);
}

#include "iter_seq_show.h"

SEC("iter/kmem_cache")
int show(struct bpf_iter__kmem_cache *ctx)
{
	return iter_show(ctx->meta, ctx->s);
}

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct args args;
	iter_elem *pos;

	found.nr_references = 0;
	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos)
		found.nr_references += pos->refcount;
	iter_unlock();
	put_args(&args);
	return 0;
}
