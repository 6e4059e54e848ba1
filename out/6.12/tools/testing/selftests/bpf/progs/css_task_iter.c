// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER css_task
#define ITER_SECTION "syscall"
#define ITER_OBJECTS 1
#define ITER_FLAGS flags
#define ITER_ALLOCATES 1
#define iter_new(it) bpf_iter_css_task_new(it, &args.css->self, flags)
#define iter_for_each(pos) bpf_for_each(css_task, pos, &args.css->self, flags)

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

const unsigned int accepted[] = {
	0,
	CSS_TASK_ITER_PROCS,
	CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED,
};

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

/* what user space knows an element by */
static __always_inline u64 iter_id(struct task_struct *pos)
{
	return pos->pid;
}

#include "iter_walks.h"

SEC(ITER_SECTION)
int references(void *ctx)
{
	struct task_struct *self = bpf_get_current_task_btf();

	if (!mine())
		return 0;
	found.came_to = 0;
	found.nr_references = self->usage.refs.counter;
	return 0;
}

/* loaded only: lsm programs may walk, too */
SEC("lsm/file_open")
int from_lsm(void *ctx)
{
	return only_walk(ctx);
}

/* loaded only: iter programs may walk, too */
SEC("iter/task")
int from_iter(void *ctx)
{
	return only_walk(ctx);
}
