// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

u64 root_id;
u64 in_a_map[2];
u64 sink;

SEC("?syscall")
__failure __msg("Unreleased reference id=")
int leak(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	bpf_iter_css_post_next(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int next_without_new(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_next(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int destroy_without_new(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected uninitialized iter_css_post as R1")
int new_twice(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	bpf_iter_css_post_new(&it, &root->self);
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int destroy_twice(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	bpf_iter_css_post_destroy(&it);
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int next_after_destroy(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	bpf_iter_css_post_destroy(&it);
	bpf_iter_css_post_next(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int other_iterator(void *ctx)
{
	struct bpf_iter_num num;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_num_new(&num, 0, 1);
	bpf_iter_css_post_next((void *)&num);
	bpf_iter_num_destroy(&num);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("R1 expected pointer to an iterator on stack")
int not_on_stack(void *ctx)
{
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new((void *)in_a_map, &root->self);
	bpf_iter_css_post_destroy((void *)in_a_map);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an initialized iter_css_post as R1")
int write_to_state(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	*(u64 *)&it = 0;
	bpf_iter_css_post_next(&it);
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("invalid read from stack")
int read_of_state(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	sink = *(u64 *)&it;
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("{{R[0-9] invalid mem access 'scalar'}}")
int unchecked_null(void *ctx)
{
	struct cgroup_subsys_state *pos;
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, &root->self);
	pos = bpf_iter_css_post_next(&it);
	sink = *(u64 *)pos;
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("Possibly NULL pointer passed to trusted R2")
int null_root(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, NULL);
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("must be referenced or trusted")
int untrusted_root(void *ctx)
{
	struct bpf_iter_css_post it;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_iter_css_post_new(&it, root->self.parent);
	bpf_iter_css_post_destroy(&it);
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("kernel func bpf_iter_css_post_new requires RCU critical section protection")
int outside_rcu(void *ctx)
{
	struct cgroup_subsys_state *pos;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_for_each(css_post, pos, &root->self) {
		sink++;
	}

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_css_post_next")
int unlock_in_loop(void *ctx)
{
	struct cgroup_subsys_state *pos;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(css_post, pos, &root->self) {
		bpf_rcu_read_unlock();
	}
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("expected an RCU CS when using bpf_iter_css_post_next")
int relock_in_loop(void *ctx)
{
	struct cgroup_subsys_state *pos;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(css_post, pos, &root->self) {
		bpf_rcu_read_unlock();
		bpf_rcu_read_lock();
	}
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("sleepable helper bpf_copy_from_user")
int sleep_in_loop(void *ctx)
{
	struct cgroup_subsys_state *pos;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(css_post, pos, &root->self) {
		bpf_copy_from_user(&sink, sizeof(sink), NULL);
	}
	bpf_rcu_read_unlock();

	bpf_cgroup_release(root);
	return 0;
}

SEC("?syscall")
__failure __msg("must be a rcu pointer")
int element_after_section(void *ctx)
{
	struct cgroup_subsys_state *last = NULL;
	struct cgroup_subsys_state *pos;
	struct cgroup *kept;
	struct cgroup *root;

	root = bpf_cgroup_from_id(root_id);
	if (!root)
		return 1;

	bpf_rcu_read_lock();
	bpf_for_each(css_post, pos, &root->self) {
		last = pos;
		break;
	}
	bpf_rcu_read_unlock();
	if (last) {
		kept = bpf_cgroup_acquire(last->cgroup);
		if (kept)
			bpf_cgroup_release(kept);
	}

	bpf_cgroup_release(root);
	return 0;
}
