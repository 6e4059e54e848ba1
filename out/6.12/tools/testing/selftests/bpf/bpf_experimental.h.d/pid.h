/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_pid;
int bpf_iter_pid_new(struct bpf_iter_pid *it) __weak __ksym;
struct pid *bpf_iter_pid_next(struct bpf_iter_pid *it) __weak __ksym;
void bpf_iter_pid_destroy(struct bpf_iter_pid *it) __weak __ksym;
