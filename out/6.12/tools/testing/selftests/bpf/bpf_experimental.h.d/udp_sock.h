/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_udp_sock;
int bpf_iter_udp_sock_new(struct bpf_iter_udp_sock *it,
			  u64 flags) __weak __ksym;
struct sock *bpf_iter_udp_sock_next(struct bpf_iter_udp_sock *it) __weak __ksym;
void bpf_iter_udp_sock_destroy(struct bpf_iter_udp_sock *it) __weak __ksym;
