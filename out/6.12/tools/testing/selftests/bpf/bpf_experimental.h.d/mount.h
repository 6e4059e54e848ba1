/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_mount;
int bpf_iter_mount_new(struct bpf_iter_mount *it) __weak __ksym;
struct mount *bpf_iter_mount_next(struct bpf_iter_mount *it) __weak __ksym;
void bpf_iter_mount_destroy(struct bpf_iter_mount *it) __weak __ksym;
