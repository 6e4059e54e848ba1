// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

u64 css_id;
unsigned int flags;
u64 in_a_map[1];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_next(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_next(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_css_task as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_destroy(&it);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	bpf_iter_css_task_destroy(&it);
	bpf_iter_css_task_next(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_css_task_next((void *)&num);
	bpf_iter_num_destroy(&num);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new((void *)in_a_map, &css->self, flags);
	bpf_iter_css_task_destroy((void *)in_a_map);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_task as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	*(u64 *)&it = 0;
	bpf_iter_css_task_next(&it);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	sink = *(u64 *)&it;
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct bpf_iter_css_task it;
	struct task_struct *pos;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, &css->self, flags);
	pos = bpf_iter_css_task_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_css(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, NULL, flags);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_css(void *ctx)
{
	struct bpf_iter_css_task it;
	struct cgroup *css;

	css = bpf_cgroup_from_id(css_id);
	if (!css)
		return 1;

	bpf_iter_css_task_new(&it, css->self.parent, flags);
	bpf_iter_css_task_destroy(&it);

	bpf_cgroup_release(css);
	return 0;
}

SEC("?tp_btf/task_newtask")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_tracing(void *ctx)
{
	struct bpf_iter_css_task it;

	bpf_iter_css_task_new(&it, 0, 0);
	bpf_iter_css_task_destroy(&it);
	return 0;
}

SEC("?xdp")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_xdp(void *ctx)
{
	struct bpf_iter_css_task it;

	bpf_iter_css_task_new(&it, 0, 0);
	bpf_iter_css_task_destroy(&it);
	return 0;
}

SEC("?tc")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_sched_cls(void *ctx)
{
	struct bpf_iter_css_task it;

	bpf_iter_css_task_new(&it, 0, 0);
	bpf_iter_css_task_destroy(&it);
	return 0;
}

SEC("?cgroup_skb/egress")
__failure __msg("is only allowed in bpf_lsm, bpf_iter and sleepable progs")
int from_cgroup_skb(void *ctx)
{
	struct bpf_iter_css_task it;

	bpf_iter_css_task_new(&it, 0, 0);
	bpf_iter_css_task_destroy(&it);
	return 0;
}
