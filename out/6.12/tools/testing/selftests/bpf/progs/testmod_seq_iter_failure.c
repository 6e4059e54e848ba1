// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER testmod_seq
#define ITER_SECTION "syscall"
#define ITER_NUMBERS 1
#define iter_new(it) bpf_iter_testmod_seq_new(it, value, cnt)
#define iter_for_each(pos) bpf_for_each(testmod_seq, pos, value, cnt)

char _license[] SEC("license") = "GPL";

s64 value;
int cnt;

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as arg #1")
int bpf_iter_testmod_seq_value_without_new(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_testmod_seq_value(0, &it);
	iter_unlock();
	put_args(&args);
	return 0;
}
