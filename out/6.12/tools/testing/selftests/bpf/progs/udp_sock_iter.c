// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER udp_sock
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_udp_sock_new(it, flags)
#define iter_for_each(pos) bpf_for_each(udp_sock, pos, flags)

char _license[] SEC("license") = "GPL";

const u64 accepted[] = {
	0,
};

u64 flags;

/* what user space knows an element by */
static __always_inline u64 iter_id(struct sock *pos)
{
	return pos->__sk_common.skc_num;
}

#include "iter_walks.h"
