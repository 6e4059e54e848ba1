/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_css_post;
int bpf_iter_css_post_new(struct bpf_iter_css_post *it,
			  struct cgroup_subsys_state *root) __weak __ksym;
struct cgroup_subsys_state *bpf_iter_css_post_next(struct bpf_iter_css_post *it) __weak __ksym;
void bpf_iter_css_post_destroy(struct bpf_iter_css_post *it) __weak __ksym;
