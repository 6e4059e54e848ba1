/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_workqueue;
int bpf_iter_workqueue_new(struct bpf_iter_workqueue *it,
			   unsigned int flags) __weak __ksym;
struct workqueue_struct *bpf_iter_workqueue_next(struct bpf_iter_workqueue *it) __weak __ksym;
void bpf_iter_workqueue_destroy(struct bpf_iter_workqueue *it) __weak __ksym;
