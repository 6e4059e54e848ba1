/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/sched_ext/include/scx/common.bpf.h, before its #endif. */

struct bpf_iter_scx_dsq;
int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
			 u64 flags) __weak __ksym;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __weak __ksym;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __weak __ksym;
void scx_bpf_dispatch_from_dsq_set_slice(struct bpf_iter_scx_dsq *it,
					 u64 slice) __weak __ksym;
void scx_bpf_dispatch_from_dsq_set_vtime(struct bpf_iter_scx_dsq *it,
					 u64 vtime) __weak __ksym;
bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it,
			       struct task_struct *p, u64 dsq_id,
			       u64 enq_flags) __weak __ksym;
bool scx_bpf_dispatch_vtime_from_dsq(struct bpf_iter_scx_dsq *it,
				     struct task_struct *p, u64 dsq_id,
				     u64 enq_flags) __weak __ksym;
