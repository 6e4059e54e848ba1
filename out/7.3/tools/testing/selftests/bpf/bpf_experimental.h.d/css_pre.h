/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_css_pre;
int bpf_iter_css_pre_new(struct bpf_iter_css_pre *it,
			 struct cgroup_subsys_state *root) __weak __ksym;
struct cgroup_subsys_state *bpf_iter_css_pre_next(struct bpf_iter_css_pre *it) __weak __ksym;
void bpf_iter_css_pre_destroy(struct bpf_iter_css_pre *it) __weak __ksym;
