/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_netdev;
int bpf_iter_netdev_new(struct bpf_iter_netdev *it, u32 from,
			u64 flags) __weak __ksym;
struct net_device *bpf_iter_netdev_next(struct bpf_iter_netdev *it) __weak __ksym;
void bpf_iter_netdev_destroy(struct bpf_iter_netdev *it) __weak __ksym;
