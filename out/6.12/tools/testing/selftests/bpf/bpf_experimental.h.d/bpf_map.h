/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_bpf_map;
int bpf_iter_bpf_map_new(struct bpf_iter_bpf_map *it) __weak __ksym;
struct bpf_map *bpf_iter_bpf_map_next(struct bpf_iter_bpf_map *it) __weak __ksym;
void bpf_iter_bpf_map_destroy(struct bpf_iter_bpf_map *it) __weak __ksym;
