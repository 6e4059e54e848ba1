// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER num
#define ITER_SECTION "syscall"
#define ITER_NUMBERS 1
#define ITER_IS_NUM 1
#define iter_new(it) bpf_iter_num_new(it, start, end)
#define iter_for_each(pos) bpf_for_each(num, pos, start, end)

char _license[] SEC("license") = "GPL";

int start;
int end;

#include "iter_refused.h"
