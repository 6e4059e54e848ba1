// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css_post
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_css_post_new(it, &args.root->self)
#define iter_for_each(pos) bpf_for_each(css_post, pos, &args.root->self)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
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

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_root(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_post_new(&it, NULL);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_root(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_post_new(&it, args.root->self.parent);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int element_after_section(void *ctx)
{
	struct cgroup_subsys_state *last = NULL;
	struct cgroup *kept;
	struct args args;
	iter_elem *pos;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		last = pos;
		break;
	}
	iter_unlock();
	if (last) {
		kept = bpf_cgroup_acquire(last->cgroup);
		if (kept)
			bpf_cgroup_release(kept);
	}
	put_args(&args);
	return 0;
}
