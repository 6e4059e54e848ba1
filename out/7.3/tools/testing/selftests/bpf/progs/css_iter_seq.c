// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define iter_new(it) bpf_iter_css_new(it, &args.start->self, flags)
#define iter_for_each(pos) bpf_for_each(css, pos, &args.start->self, flags)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

const unsigned int accepted[] = {
	BPF_CGROUP_ITER_DESCENDANTS_PRE,
	BPF_CGROUP_ITER_DESCENDANTS_POST,
	BPF_CGROUP_ITER_ANCESTORS_UP,
	BPF_CGROUP_ITER_CHILDREN,
};

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

/* what user space knows an element by */
static __always_inline u64 iter_id(struct cgroup_subsys_state *pos)
{
	return pos->cgroup->kn->id;
}

#include "iter_seq_show.h"

SEC("iter/cgroup")
int show(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgroup = ctx->cgroup;

	/* the verifier wants to see the test for NULL before arithmetic */
	if (!cgroup)
		return iter_show(ctx->meta, NULL);
	return iter_show(ctx->meta, &cgroup->self);
}
