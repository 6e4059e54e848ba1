// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/helpers.c, at the end of the set common_btf_ids. */

#ifdef CONFIG_NET_NS
BTF_ID_FLAGS(func, bpf_iter_net_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_net_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_net_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_net_acquire, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_net_release, KF_RELEASE)
#endif
