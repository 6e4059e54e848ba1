/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_task_vma;
int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it,
			  struct task_struct *task, u64 addr) __weak __ksym;
struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __weak __ksym;
void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __weak __ksym;
