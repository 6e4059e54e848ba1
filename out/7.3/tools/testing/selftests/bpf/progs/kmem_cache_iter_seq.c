// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (16 * 1024)
#define MAX_PADS 1024
#define MAX_NAME 32

char _license[] SEC("license") = "GPL";

/* what the test asks for: each element twice, and how much is shown behind it */
int again, pads;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_shown, nr_ends;
s64 nr_references;
u64 last_id, last_seq_num;
bool asked;
char pad[1024];

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

	id = name_of(pos->name);
	nr_shown++;
	last_id = id;
	last_seq_num = ctx->meta->seq_num;
	asked = !asked;
	if (again && asked)
		return 1;

	bpf_seq_write(seq, &id, sizeof(id));
	for (i = 0; i < pads && i < MAX_PADS; i++)
		bpf_seq_write(seq, pad, sizeof(pad));

	return 0;
}

SEC("syscall")
int walk(void *ctx)
{
	struct kmem_cache *pos;
	u64 id;

	nr_elems = 0;
	nr_references = 0;

	bpf_for_each(kmem_cache, pos) {
		id = name_of(pos->name);
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		nr_references += pos->refcount;
		if (++nr_elems >= MAX_ELEMS)
			break;
	}

	return 0;
}
