/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_open_file;
int bpf_iter_open_file_new(struct bpf_iter_open_file *it,
			   struct task_struct *task) __weak __ksym;
struct bpf_open_file *bpf_iter_open_file_next(struct bpf_iter_open_file *it) __weak __ksym;
void bpf_iter_open_file_destroy(struct bpf_iter_open_file *it) __weak __ksym;
