// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/helpers.c, at the end of the set common_btf_ids. */

#ifdef CONFIG_BLOCK
BTF_ID_FLAGS(func, bpf_iter_block_device_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_block_device_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_block_device_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
#endif
