// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css_pre
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define iter_new(it) bpf_iter_css_pre_new(it, &args.root->self)
#define iter_for_each(pos) bpf_for_each(css_pre, pos, &args.root->self)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

u64 root_id;

struct args {
	struct cgroup *root;
};

static __always_inline int get_args(void *ctx, struct args *args)
{
	args->root = bpf_cgroup_from_id(root_id);
	if (!args->root)
		return 1;
	return 0;
}

static __always_inline void put_args(struct args *args)
{
	bpf_cgroup_release(args->root);
}

/* what user space knows an element by */
static __always_inline u64 iter_id(struct cgroup_subsys_state *pos)
{
	return pos->cgroup->kn->id;
}

#include "iter_walks.h"
