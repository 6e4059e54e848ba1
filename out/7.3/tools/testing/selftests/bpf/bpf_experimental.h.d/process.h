/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_process;
int bpf_iter_process_new(struct bpf_iter_process *it) __weak __ksym;
struct task_struct *bpf_iter_process_next(struct bpf_iter_process *it) __weak __ksym;
void bpf_iter_process_destroy(struct bpf_iter_process *it) __weak __ksym;
