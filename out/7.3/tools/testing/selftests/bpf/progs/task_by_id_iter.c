// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER task_by_id
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_task_by_id_new(it, nr, flags)
#define iter_for_each(pos) bpf_for_each(task_by_id, pos, nr, flags)

char _license[] SEC("license") = "GPL";

const unsigned int accepted[] = {
	BPF_TASK_ITER_ALL,
	BPF_TASK_ITER_TID,
	BPF_TASK_ITER_TGID,
	BPF_TASK_ITER_ALL | BPF_TASK_BY_ID_ITER_LEADERS,
};

const unsigned int beside[] = {
	BPF_TASK_BY_ID_ITER_LEADERS,
};

u32 nr;
unsigned int flags;

/* what user space knows an element by */
static __always_inline u64 iter_id(struct task_struct *pos)
{
	return pos->pid;
}

#include "iter_walks.h"

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	if (!mine())
		return 0;
	found.came_to = 0;
	found.nr_references = self->usage.refs.counter;
	return 0;
}
