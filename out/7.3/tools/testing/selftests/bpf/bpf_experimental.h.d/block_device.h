/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_block_device;
int bpf_iter_block_device_new(struct bpf_iter_block_device *it) __weak __ksym;
struct block_device *bpf_iter_block_device_next(struct bpf_iter_block_device *it) __weak __ksym;
void bpf_iter_block_device_destroy(struct bpf_iter_block_device *it) __weak __ksym;
