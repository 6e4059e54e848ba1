// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER tcp_listen
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_tcp_listen_new(it)
#define iter_for_each(pos) bpf_for_each(tcp_listen, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct sock *pos)
{
	return pos->__sk_common.skc_num;
}

#include "iter_walks.h"

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
		found.nr_references += pos->__sk_common.skc_refcnt.refs.counter;
	iter_unlock();
	put_args(&args);
	return 0;
}
