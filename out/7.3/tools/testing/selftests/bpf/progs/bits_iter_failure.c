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

SEC("?syscall")
__success __caps_unpriv(CAP_BPF)
__failure_unpriv __msg_unpriv("bpf_iter_bits_new is allowed only to CAP_PERFMON and CAP_SYS_ADMIN")
int no_perfmon(void *ctx)
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
