/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_net;
int bpf_iter_net_new(struct bpf_iter_net *it) __weak __ksym;
struct net *bpf_iter_net_next(struct bpf_iter_net *it) __weak __ksym;
void bpf_iter_net_destroy(struct bpf_iter_net *it) __weak __ksym;
struct net *bpf_net_acquire(struct net *pos) __weak __ksym;
void bpf_net_release(struct net *pos) __weak __ksym;
