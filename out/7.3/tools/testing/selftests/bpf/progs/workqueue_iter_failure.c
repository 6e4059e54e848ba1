// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER workqueue
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_workqueue_new(it, flags)
#define iter_for_each(pos) bpf_for_each(workqueue, pos, flags)

char _license[] SEC("license") = "GPL";

unsigned int flags;

#include "iter_refused.h"
