// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/helpers.c, at the end of the set common_btf_ids. */

BTF_ID_FLAGS(func, bpf_iter_task_or_id_new, KF_ITER_NEW | KF_TRUSTED_ARGS | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_task_or_id_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_task_or_id_destroy, KF_ITER_DESTROY)
