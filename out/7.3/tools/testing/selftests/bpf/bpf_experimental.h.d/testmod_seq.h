/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_testmod_seq;
int bpf_iter_testmod_seq_new(struct bpf_iter_testmod_seq *it, s64 value,
			     int cnt) __weak __ksym;
s64 *bpf_iter_testmod_seq_next(struct bpf_iter_testmod_seq *it) __weak __ksym;
void bpf_iter_testmod_seq_destroy(struct bpf_iter_testmod_seq *it) __weak __ksym;
s64 bpf_iter_testmod_seq_value(int val,
			       struct bpf_iter_testmod_seq *it) __weak __ksym;
