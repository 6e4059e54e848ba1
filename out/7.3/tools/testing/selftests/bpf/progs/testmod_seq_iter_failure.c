// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

s64 value;
int cnt;
u64 in_a_map[2];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_testmod_seq as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_destroy(&it);
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	bpf_iter_testmod_seq_destroy(&it);
	bpf_iter_testmod_seq_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;

	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_testmod_seq_next((void *)&num);
	bpf_iter_num_destroy(&num);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	bpf_iter_testmod_seq_new((void *)in_a_map, value, cnt);
	bpf_iter_testmod_seq_destroy((void *)in_a_map);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	*(u64 *)&it = 0;
	bpf_iter_testmod_seq_next(&it);
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	sink = *(u64 *)&it;
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_testmod_seq it;
	s64 *pos;

	bpf_iter_testmod_seq_new(&it, value, cnt);
	pos = bpf_iter_testmod_seq_next(&it);
	sink = *pos;
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("cannot write into rdonly_mem")
int write_to_element(void *ctx)
{
	s64 *pos;

	bpf_for_each(testmod_seq, pos, value, cnt) {
		*pos = 0;
	}
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_testmod_seq as R2")
int bpf_iter_testmod_seq_value_without_new(void *ctx)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_value(0, &it);
	return 0;
}
