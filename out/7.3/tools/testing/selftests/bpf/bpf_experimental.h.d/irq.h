/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_irq;
int bpf_iter_irq_new(struct bpf_iter_irq *it) __weak __ksym;
struct irq_desc *bpf_iter_irq_next(struct bpf_iter_irq *it) __weak __ksym;
void bpf_iter_irq_destroy(struct bpf_iter_irq *it) __weak __ksym;
