// SPDX-License-Identifier: GPL-2.0-only
/*
 * Joins tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.c, at the end of
 * the set bpf_testmod_common_kfunc_ids.
 */

BTF_ID_FLAGS(func, bpf_iter_testmod_seq_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_testmod_seq_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_testmod_seq_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_iter_testmod_seq_value)
