// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER mount_up
#define ITER_SECTION "syscall"
#define ITER_SLEEPS 1
#define iter_new(it) bpf_iter_mount_up_new(it)
#define iter_for_each(pos) bpf_for_each(mount_up, pos)

char _license[] SEC("license") = "GPL";

#include "iter_refused.h"

SEC("?tp_btf/task_newtask")
__failure __msg("program must be sleepable to call sleepable kfunc bpf_iter_mount_up_new")
int not_sleepable(void *ctx)
{
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		sink++;
	}
	iter_unlock();
	put_args(&args);
	return 0;
}
