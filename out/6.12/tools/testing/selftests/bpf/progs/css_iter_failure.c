// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_NEEDS_RCU 1
#define iter_new(it) bpf_iter_css_new(it, &args.start->self, flags)
#define iter_for_each(pos) bpf_for_each(css, pos, &args.start->self, flags)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

u64 start_id;
unsigned int flags;

struct args {
	struct cgroup *start;
};

static __always_inline int get_args(void *ctx, struct args *args)
{
	args->start = bpf_cgroup_from_id(start_id);
	if (!args->start)
		return 1;
	return 0;
}

static __always_inline void put_args(struct args *args)
{
	bpf_cgroup_release(args->start);
}

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted arg1")
int null_start(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_new(&it, NULL, flags);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_start(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_new(&it, args.start->self.parent, flags);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}
