// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER net
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define iter_new(it) bpf_iter_net_new(it)
#define iter_for_each(pos) bpf_for_each(net, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct net *pos)
{
	return pos->ns.inum;
}

#include "iter_walks.h"

/* a reference to an element outlives the walk */
SEC(ITER_SECTION)
int keep_element(void *ctx)
{
	struct net *kept = NULL;
	struct args args;
	iter_elem *pos;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		kept = bpf_net_acquire(pos);
		if (kept)
			break;
	}
	iter_unlock();
	if (kept) {
		found.nr_elems++;
		bpf_net_release(kept);
	}
	put_args(&args);
	return 0;
}
