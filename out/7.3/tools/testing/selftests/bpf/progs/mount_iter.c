// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER mount
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_mount_new(it)
#define iter_for_each(pos) bpf_for_each(mount, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct mount *pos)
{
	return pos->mnt_id_unique;
}

#include "iter_walks.h"
