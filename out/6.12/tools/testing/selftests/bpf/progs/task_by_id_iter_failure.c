// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_by_id
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_task_by_id_new(it, nr, flags)
#define iter_for_each(pos) bpf_for_each(task_by_id, pos, nr, flags)

char _license[] SEC("license") = "GPL";

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

u32 nr;
unsigned int flags;

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int element_after_section(void *ctx)
{
	struct task_struct *last = NULL;
	struct task_struct *kept;
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		last = pos;
		break;
	}
	iter_unlock();
	if (last) {
		kept = bpf_task_acquire(last);
		if (kept)
			bpf_task_release(kept);
	}
	put_args(&args);
	return 0;
}
