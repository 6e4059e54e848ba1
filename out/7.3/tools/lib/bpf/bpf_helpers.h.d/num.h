/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/lib/bpf/bpf_helpers.h, before its #endif. */

struct bpf_iter_num;
int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;
