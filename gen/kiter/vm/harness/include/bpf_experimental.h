/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations of the kernel's kfuncs that tests of iterators call beside the
 * iterator itself. The iterator's own are appended by whoever compiles.
 */
#ifndef __BPF_EXPERIMENTAL__
#define __BPF_EXPERIMENTAL__

#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

#include <kiter_declarations.h>

#endif /* __BPF_EXPERIMENTAL__ */
