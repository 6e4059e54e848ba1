/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_css_task;
int bpf_iter_css_task_new(struct bpf_iter_css_task *it,
			  struct cgroup_subsys_state *css,
			  unsigned int flags) __weak __ksym;
struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __weak __ksym;
void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __weak __ksym;
