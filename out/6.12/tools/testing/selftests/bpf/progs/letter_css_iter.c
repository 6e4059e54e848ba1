// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER letter_css
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_RCU 1
#define ITER_FLAGS flag
#define iter_new(it) bpf_iter_letter_css_new(it, &args.root->self, flag)
#define iter_for_each(pos) bpf_for_each(letter_css, pos, &args.root->self, flag)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

const unsigned int accepted[] = {
	BPF_CGROUP_ITER_DESCENDANTS_PRE,
	BPF_CGROUP_ITER_DESCENDANTS_POST,
	BPF_CGROUP_ITER_ANCESTORS_UP,
};

u64 root_id;
unsigned int flag;

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

/* what an element leads to may be passed on like the element */
SEC(ITER_SECTION)
int keep_cgroup(void *ctx)
{
	struct cgroup *kept;
	struct args args;
	iter_elem *pos;

	if (!begin(ctx, &args))
		return 0;
	iter_lock();
	iter_for_each(pos) {
		kept = bpf_cgroup_acquire(pos->cgroup);
		if (!kept)
			continue;
		found.nr_elems++;
		bpf_cgroup_release(kept);
	}
	iter_unlock();
	put_args(&args);
	return 0;
}
