// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER workqueue
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define MAX_NAME 32
#define iter_new(it) bpf_iter_workqueue_new(it, flags)
#define iter_for_each(pos) bpf_for_each(workqueue, pos, flags)

char _license[] SEC("license") = "GPL";

const unsigned int accepted[] = {
	0,
	BPF_WORKQUEUE_ITER_UNBOUND,
};

unsigned int flags;

/* user space knows an element by its name: a number made of that tells it from the others */
static __always_inline u64 name_of(const char *name)
{
	u8 text[MAX_NAME] = {};
	u64 number = 0;
	int i;

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return number;
}

/* what user space knows an element by */
static __always_inline u64 iter_id(struct workqueue_struct *pos)
{
	return name_of(pos->name);
}

#include "iter_walks.h"
