/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_task_by_id;
int bpf_iter_task_by_id_new(struct bpf_iter_task_by_id *it, u32 nr,
			    unsigned int flags) __weak __ksym;
struct task_struct *bpf_iter_task_by_id_next(struct bpf_iter_task_by_id *it) __weak __ksym;
void bpf_iter_task_by_id_destroy(struct bpf_iter_task_by_id *it) __weak __ksym;
