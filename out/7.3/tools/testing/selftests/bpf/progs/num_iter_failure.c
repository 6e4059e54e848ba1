// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

int start;
int end;
u64 in_a_map[1];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_num as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_num as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_num as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_num as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_num as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_next(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	bpf_iter_num_new((void *)in_a_map, start, end);
	bpf_iter_num_destroy((void *)in_a_map);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_num as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	*(u64 *)&it = 0;
	bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, start, end);
	sink = *(u64 *)&it;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_num it;
	int *pos;

	bpf_iter_num_new(&it, start, end);
	pos = bpf_iter_num_next(&it);
	sink = *pos;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("?syscall")
__failure __msg("cannot write into rdonly_mem")
int write_to_element(void *ctx)
{
	int *pos;

	bpf_for_each(num, pos, start, end) {
		*pos = 0;
	}
	return 0;
}
