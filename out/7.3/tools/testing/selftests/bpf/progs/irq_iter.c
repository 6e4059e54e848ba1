// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER irq
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define iter_new(it) bpf_iter_irq_new(it)
#define iter_for_each(pos) bpf_for_each(irq, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct irq_desc *pos)
{
	return pos->irq_data.irq;
}

#include "iter_walks.h"
