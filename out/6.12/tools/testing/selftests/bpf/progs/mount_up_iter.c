// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define MAX_PAIRS 256
#define WALKS_A_RUN 1000

char _license[] SEC("license") = "GPL";

/* what the test asks for */

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_outer, nr_inner;
u64 revived[2];
s64 nr_references;
int err;

SEC("syscall")
int walk(void *ctx)
{
	struct path *pos;
	u64 id;

	nr_elems = 0;

	bpf_for_each(mount_up, pos) {
		id = pos->mnt->mnt_sb->s_dev;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_STEPS)
			break;
	}

	return 0;
}

/* next() and destroy() after a new() that may have failed, over what the stack held before */
SEC("syscall")
int probe(void *ctx)
{
	struct bpf_iter_mount_up it;

	nr_elems = 0;
	__builtin_memset(&it, 0xff, sizeof(it));

	err = bpf_iter_mount_up_new(&it);
	if (bpf_iter_mount_up_next(&it))
		nr_elems++;
	if (bpf_iter_mount_up_next(&it))
		nr_elems++;
	bpf_iter_mount_up_destroy(&it);

	return 0;
}

/*
 * The verifier knows that a drained iterator stays drained and takes out every
 * branch on the contrary, so the pointers are kept instead of tested.
 */
SEC("syscall")
int drain(void *ctx)
{
	struct bpf_iter_mount_up it;

	nr_elems = 0;

	bpf_iter_mount_up_new(&it);
	while (bpf_iter_mount_up_next(&it))
		nr_elems++;
	revived[0] = (u64)bpf_iter_mount_up_next(&it);
	revived[1] = (u64)bpf_iter_mount_up_next(&it);
	bpf_iter_mount_up_destroy(&it);

	return 0;
}

/* leaves a walk before it begins, and early, and starts another in the same place */
SEC("syscall")
int again(void *ctx)
{
	struct bpf_iter_mount_up it;
	struct path *pos;

	elems[0] = 0;
	elems[1] = 1;

	bpf_iter_mount_up_new(&it);
	bpf_iter_mount_up_destroy(&it);

	bpf_iter_mount_up_new(&it);
	pos = bpf_iter_mount_up_next(&it);
	if (pos)
		elems[0] = pos->mnt->mnt_sb->s_dev;
	bpf_iter_mount_up_destroy(&it);

	bpf_iter_mount_up_new(&it);
	pos = bpf_iter_mount_up_next(&it);
	if (pos)
		elems[1] = pos->mnt->mnt_sb->s_dev;
	bpf_iter_mount_up_destroy(&it);

	return 0;
}

/* every element must be met again by a walk inside the walk */
SEC("syscall")
int nest_two(void *ctx)
{
	struct path *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(mount_up, pos) {
		if (nr_outer >= MAX_PAIRS)
			break;
		id = pos->mnt->mnt_sb->s_dev;
		nr_outer++;
		bpf_for_each(mount_up, pos)
			nr_inner += pos->mnt->mnt_sb->s_dev == id;
	}

	return 0;
}

/* and by one inside that */
SEC("syscall")
int nest_three(void *ctx)
{
	struct path *pos;
	u64 id;

	nr_outer = 0;
	nr_inner = 0;

	bpf_for_each(mount_up, pos) {
		id = pos->mnt->mnt_sb->s_dev;
		bpf_for_each(mount_up, pos) {
			if (nr_outer >= MAX_PAIRS)
				break;
			nr_outer++;
			bpf_for_each(mount_up, pos)
				nr_inner += pos->mnt->mnt_sb->s_dev == id;
		}
	}

	return 0;
}

/* many short walks, whose memory the test counts */
SEC("syscall")
int walk_often(void *ctx)
{
	struct bpf_iter_mount_up it;

	bpf_repeat(WALKS_A_RUN) {
		bpf_iter_mount_up_new(&it);
		bpf_iter_mount_up_next(&it);
		bpf_iter_mount_up_destroy(&it);
	}

	return 0;
}

SEC("syscall")
int references(void *ctx)
{
	struct path *pos;

	nr_references = 0;

	bpf_for_each(mount_up, pos)
		nr_references += pos->dentry->d_lockref.count;

	return 0;
}
