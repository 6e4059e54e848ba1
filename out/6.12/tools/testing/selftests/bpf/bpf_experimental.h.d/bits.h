/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_bits;
int bpf_iter_bits_new(struct bpf_iter_bits *it, const u64 *unsafe_ptr,
		      u32 nr_words) __weak __ksym;
int *bpf_iter_bits_next(struct bpf_iter_bits *it) __weak __ksym;
void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __weak __ksym;
