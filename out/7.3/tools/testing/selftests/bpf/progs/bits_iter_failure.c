// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

const u64 *unsafe_ptr;
u32 nr_words;
u64 in_a_map[2];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_bits as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_destroy(&it);
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	bpf_iter_bits_destroy(&it);
	bpf_iter_bits_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;

	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_bits_next((void *)&num);
	bpf_iter_num_destroy(&num);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	bpf_iter_bits_new((void *)in_a_map, unsafe_ptr, nr_words);
	bpf_iter_bits_destroy((void *)in_a_map);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_bits as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	*(u64 *)&it = 0;
	bpf_iter_bits_next(&it);
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	sink = *(u64 *)&it;
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_bits it;
	int *pos;

	bpf_iter_bits_new(&it, unsafe_ptr, nr_words);
	pos = bpf_iter_bits_next(&it);
	sink = *pos;
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("cannot write into rdonly_mem")
int write_to_element(void *ctx)
{
	int *pos;

	bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
		*pos = 0;
	}
	return 0;
}

SEC("?syscall")
__success __caps_unpriv(CAP_BPF)
__failure_unpriv __msg_unpriv("bpf_iter_bits_new is allowed only to CAP_PERFMON and CAP_SYS_ADMIN")
int no_perfmon(void *ctx)
{
	int *pos;

	bpf_for_each(bits, pos, unsafe_ptr, nr_words) {
		sink++;
	}
	return 0;
}
