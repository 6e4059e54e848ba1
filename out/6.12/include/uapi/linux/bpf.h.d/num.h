/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins include/uapi/linux/bpf.h, before its #endif. */

struct bpf_iter_num {
	__u64 __opaque[1];
} __attribute__((aligned(8)));
