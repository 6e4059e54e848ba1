// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER net
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_net_new(it)
#define iter_for_each(pos) bpf_for_each(net, pos)

char _license[] SEC("license") = "GPL";

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int lost_reference(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		if (bpf_net_acquire(pos))
			sink++;
		break;
	}
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted arg0")
int unchecked_reference(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		bpf_net_release(bpf_net_acquire(pos));
		break;
	}
	iter_unlock();
	put_args(&args);
	return 0;
}
