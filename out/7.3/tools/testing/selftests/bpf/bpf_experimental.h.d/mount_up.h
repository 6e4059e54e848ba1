/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_mount_up;
int bpf_iter_mount_up_new(struct bpf_iter_mount_up *it) __weak __ksym;
struct path *bpf_iter_mount_up_next(struct bpf_iter_mount_up *it) __weak __ksym;
void bpf_iter_mount_up_destroy(struct bpf_iter_mount_up *it) __weak __ksym;
