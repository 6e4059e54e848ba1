/* SPDX-License-Identifier: GPL-2.0-only */
struct bpf_iter_x;
extern int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, unsigned int flags) __weak __ksym;
extern struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it) __weak __ksym;
extern void bpf_iter_x_destroy(struct bpf_iter_x *it) __weak __ksym;

struct bpf_iter_y;
extern int bpf_iter_y_new(struct bpf_iter_y *it, struct task_struct *task, unsigned int flags) __weak __ksym;
extern struct task_struct *bpf_iter_y_next(struct bpf_iter_y *it) __weak __ksym;
extern void bpf_iter_y_destroy(struct bpf_iter_y *it) __weak __ksym;
