/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_wakeup_source;
int bpf_iter_wakeup_source_new(struct bpf_iter_wakeup_source *it) __weak __ksym;
struct wakeup_source *bpf_iter_wakeup_source_next(struct bpf_iter_wakeup_source *it) __weak __ksym;
void bpf_iter_wakeup_source_destroy(struct bpf_iter_wakeup_source *it) __weak __ksym;
