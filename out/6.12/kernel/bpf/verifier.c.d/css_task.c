// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/verifier.c, at the end of the enum special_kfunc_type. */

	KF_bpf_iter_css_task_new,

/* Joins kernel/bpf/verifier.c, at the end of the list special_kfunc_list. */

#ifdef CONFIG_CGROUPS
BTF_ID(func, bpf_iter_css_task_new)
#else
BTF_ID_UNUSED
#endif

/* Joins kernel/bpf/verifier.c, before the function check_kfunc_args(). */

/* Each step takes css_set_lock. */
static int check_css_task_iter_allowlist(struct bpf_verifier_env *env, const char *func_name)
{
	enum bpf_prog_type prog_type = resolve_prog_type(env->prog);

	if (prog_type == BPF_PROG_TYPE_LSM)
		return 0;
	if (prog_type == BPF_PROG_TYPE_TRACING &&
	    env->prog->expected_attach_type == BPF_TRACE_ITER)
		return 0;
	if (in_sleepable(env))
		return 0;
	verbose(env, "%s is only allowed in bpf_lsm, bpf_iter and sleepable progs\n", func_name);
	return -EINVAL;
}

/*
 * Joins kernel/bpf/verifier.c, in check_kfunc_args(), before
 * process_iter_arg().
 */

			if (meta->func_id == special_kfunc_list[KF_bpf_iter_css_task_new]) {
				ret = check_css_task_iter_allowlist(env, func_name);
				if (ret)
					return ret;
			}
