// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER scx_dsq
#define ITER_SECTION "syscall"
#define ITER_RCU 1
#define ITER_FLAGS flags
#define iter_new(it) bpf_iter_scx_dsq_new(it, 0, flags)
#define iter_for_each(pos) bpf_for_each(scx_dsq, pos, 0, flags)

char _license[] SEC("license") = "GPL";

int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
			 u64 flags) __weak __ksym;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __weak __ksym;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __weak __ksym;
void scx_bpf_dsq_move_set_slice(struct bpf_iter_scx_dsq *it,
				u64 slice) __weak __ksym;
void scx_bpf_dsq_move_set_vtime(struct bpf_iter_scx_dsq *it,
				u64 vtime) __weak __ksym;
bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it, struct task_struct *p,
		      u64 dsq_id, u64 enq_flags) __weak __ksym;
bool scx_bpf_dsq_move_vtime(struct bpf_iter_scx_dsq *it, struct task_struct *p,
			    u64 dsq_id, u64 enq_flags) __weak __ksym;

const u64 accepted[] = {
	0,
	SCX_DSQ_ITER_REV,
};

u64 flags;

/* what user space knows an element by */
static __always_inline u64 iter_id(struct task_struct *pos)
{
	return pos->pid;
}

#include "iter_walks.h"
