/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_task_file;
int bpf_iter_task_file_new(struct bpf_iter_task_file *it,
			   struct task_struct *task) __weak __ksym;
struct file *bpf_iter_task_file_next(struct bpf_iter_task_file *it) __weak __ksym;
void bpf_iter_task_file_destroy(struct bpf_iter_task_file *it) __weak __ksym;
