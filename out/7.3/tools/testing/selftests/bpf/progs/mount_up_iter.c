// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER mount_up
#define ITER_SECTION "syscall"
#define ITER_ALLOCATES 1
#define iter_new(it) bpf_iter_mount_up_new(it)
#define iter_for_each(pos) bpf_for_each(mount_up, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct path *pos)
{
	return pos->mnt->mnt_sb->s_dev;
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
		found.nr_references += pos->dentry->d_lockref.count;
	iter_unlock();
	put_args(&args);
	return 0;
}
