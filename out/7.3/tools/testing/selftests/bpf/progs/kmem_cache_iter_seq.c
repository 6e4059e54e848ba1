// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER kmem_cache
#define ITER_SECTION "syscall"
#define ITER_WALK_ONLY 1
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

#include "iter_walks.h"

#define MAX_PADS 1024

/* what the test asks for: each element twice, and how much is shown behind it */
int again, pads;

/* what the program found */
u32 nr_shown, nr_ends;
u64 last_id, last_seq_num;
bool shown;
char pad[1024];

SEC("iter/kmem_cache")
int show(struct bpf_iter__kmem_cache *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct kmem_cache *pos = ctx->s;
	u64 id;
	int i;

	if (!pos) {
		nr_ends++;
		return 0;
	}

	id = iter_id(pos);
	nr_shown++;
	last_id = id;
	last_seq_num = ctx->meta->seq_num;
	shown = !shown;
	if (again && shown)
		return 1;

	bpf_seq_write(seq, &id, sizeof(id));
	for (i = 0; i < pads && i < MAX_PADS; i++)
		bpf_seq_write(seq, pad, sizeof(pad));

	return 0;
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
