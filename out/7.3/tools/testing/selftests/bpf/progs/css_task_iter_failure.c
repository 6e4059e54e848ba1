// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css_task
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define iter_new(it) bpf_iter_css_task_new(it, &args.css->self, flags)
#define iter_for_each(pos) bpf_for_each(css_task, pos, &args.css->self, flags)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

u64 css_id;
unsigned int flags;

struct args {
	struct cgroup *css;
};

static __always_inline int get_args(void *ctx, struct args *args)
{
	args->css = bpf_cgroup_from_id(css_id);
	if (!args->css)
		return 1;
	return 0;
}

static __always_inline void put_args(struct args *args)
{
	bpf_cgroup_release(args->css);
}

#include "iter_refused.h"

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_css(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_task_new(&it, NULL, flags);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_css(void *ctx)
{
	struct iter_state it;
	struct args args;

	if (get_args(ctx, &args))
		return 0;
	iter_lock();
	bpf_iter_css_task_new(&it, args.css->self.parent, flags);
	iter_destroy(&it);
	iter_unlock();
	put_args(&args);
	return 0;
}

SEC("?tp_btf/task_newtask")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_tracing(void *ctx)
{
	struct iter_state it;

	bpf_iter_css_task_new(&it, 0, 0);
	iter_destroy(&it);
	return 0;
}

SEC("?xdp")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_xdp(void *ctx)
{
	struct iter_state it;

	bpf_iter_css_task_new(&it, 0, 0);
	iter_destroy(&it);
	return 0;
}

SEC("?tc")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_sched_cls(void *ctx)
{
	struct iter_state it;

	bpf_iter_css_task_new(&it, 0, 0);
	iter_destroy(&it);
	return 0;
}

SEC("?cgroup_skb/egress")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_cgroup_skb(void *ctx)
{
	struct iter_state it;

	bpf_iter_css_task_new(&it, 0, 0);
	iter_destroy(&it);
	return 0;
}
