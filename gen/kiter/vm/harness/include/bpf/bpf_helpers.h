/* SPDX-License-Identifier: GPL-2.0-only */
/* libbpf before 1.2 has no loops over open-coded iterators: this adds them. */
#ifndef __KITER_BPF_HELPERS_H
#define __KITER_BPF_HELPERS_H

#include_next <bpf/bpf_helpers.h>

#ifndef bpf_for_each

struct bpf_iter_num;

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/*
 * The second declared variable exists only to call new() once. Naming
 * destroy() there makes clang emit BTF for a function used by cleanup alone.
 */
#define KT_ITER(type, args...)						\
	struct bpf_iter_##type ___it __attribute__((aligned(8),	\
				     cleanup(bpf_iter_##type##_destroy))), \
		*___once __attribute__((unused)) = (			\
			bpf_iter_##type##_new(&___it, ##args),		\
			(void)bpf_iter_##type##_destroy, (void *)0)

#define bpf_for_each(type, cur, args...)				\
	for (KT_ITER(type, ##args); ((cur) = bpf_iter_##type##_next(&___it));)

#define bpf_for(i, start, end)						\
	for (KT_ITER(num, (start), (end)); ({				\
		int *___num = bpf_iter_num_next(&___it);		\
		___num && ((i) = *___num, (i) >= (start) && (i) < (end)); \
	});)

#define bpf_repeat(n) for (KT_ITER(num, 0, (n)); bpf_iter_num_next(&___it);)

#endif /* bpf_for_each */

#endif /* __KITER_BPF_HELPERS_H */
