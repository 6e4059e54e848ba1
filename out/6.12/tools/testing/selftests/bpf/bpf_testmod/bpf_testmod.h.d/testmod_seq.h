/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.h, before its
 * #endif.
 */

struct bpf_iter_testmod_seq {
	s64 value;
	int cnt;
};
