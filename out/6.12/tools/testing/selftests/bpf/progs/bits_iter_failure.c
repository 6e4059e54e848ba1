// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER bits
#define ITER_SECTION "syscall"
#define ITER_NUMBERS 1
#define iter_new(it) bpf_iter_bits_new(it, unsafe_ptr, nr_words)
#define iter_for_each(pos) bpf_for_each(bits, pos, unsafe_ptr, nr_words)

char _license[] SEC("license") = "GPL";

const u64 *unsafe_ptr;
u32 nr_words;

#include "iter_refused.h"
