/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_tcp_listen;
int bpf_iter_tcp_listen_new(struct bpf_iter_tcp_listen *it) __weak __ksym;
struct sock *bpf_iter_tcp_listen_next(struct bpf_iter_tcp_listen *it) __weak __ksym;
void bpf_iter_tcp_listen_destroy(struct bpf_iter_tcp_listen *it) __weak __ksym;
