// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER cpumask
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_ALLOCATES 1
#define iter_new(it) bpf_iter_cpumask_new(it, bpf_get_current_task_btf()->cpus_ptr)
#define iter_for_each(pos) bpf_for_each(cpumask, pos, bpf_get_current_task_btf()->cpus_ptr)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(int *pos)
{
	return *pos;
}

#include "iter_walks.h"
