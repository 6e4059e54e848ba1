/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_cpumask;
int bpf_iter_cpumask_new(struct bpf_iter_cpumask *it,
			 const struct cpumask *mask) __weak __ksym;
int *bpf_iter_cpumask_next(struct bpf_iter_cpumask *it) __weak __ksym;
void bpf_iter_cpumask_destroy(struct bpf_iter_cpumask *it) __weak __ksym;
