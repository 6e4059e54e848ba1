// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/verifier.c, among the types BTF_TYPE_SAFE_RCU. */

BTF_TYPE_SAFE_RCU(struct cgroup_subsys_state) {
	struct cgroup *cgroup;
};

/* Joins kernel/bpf/verifier.c, in the function type_is_rcu(). */

	BTF_TYPE_EMIT(BTF_TYPE_SAFE_RCU(struct cgroup_subsys_state));
