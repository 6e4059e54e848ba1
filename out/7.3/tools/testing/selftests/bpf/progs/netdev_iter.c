// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER netdev
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_netdev_new(it, 0, flags)
#define iter_for_each(pos) bpf_for_each(netdev, pos, 0, flags)

char _license[] SEC("license") = "GPL";

const u64 accepted[] = {
	0,
};

u64 flags;

/* what user space knows an element by */
static __always_inline u64 iter_id(struct net_device *pos)
{
	return pos->ifindex;
}

#include "iter_walks.h"
