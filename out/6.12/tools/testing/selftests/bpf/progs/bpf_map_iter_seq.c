// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER bpf_map
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_bpf_map_new(it)
#define iter_for_each(pos) bpf_for_each(bpf_map, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct bpf_map *pos)
{
	return pos->id;
}

#include "iter_seq_show.h"

SEC("iter/bpf_map")
int show(struct bpf_iter__bpf_map *ctx)
{
	return iter_show(ctx->meta, ctx->map);
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
		found.nr_references += pos->refcnt.counter;
	iter_unlock();
	put_args(&args);
	return 0;
}
