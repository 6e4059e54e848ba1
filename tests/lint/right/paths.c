// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fa { __u64 __opaque[4]; } __aligned(8);
struct fa_state { struct path path; struct mount *mnt; bool started:1; bool done:1; };
static_assert(sizeof(struct fa_state) <= 32);
static inline struct fa_state *fa(struct bpf_iter_fa *it) { return (struct fa_state *)it->__opaque; }
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fa_new(struct bpf_iter_fa *it, struct path *path, u64 flags)
{
	struct fa_state *st = fa(it);
	BUILD_BUG_ON(sizeof(*st) > sizeof(*it));

	*st = (struct fa_state){ .done = true };
	if (flags)
		return -EINVAL;
	path_get(path);
	st->path = *path;
	st->mnt = real_mount(path->mnt);
	st->done = false;
	return 0;
}
__bpf_kfunc struct dentry *bpf_iter_fa_next(struct bpf_iter_fa *it)
{
	struct fa_state *st = fa(it);
	struct dentry *parent, *ret;

	if (st->done)
		return NULL;
	if (!st->started) {
		st->started = true;
		return st->path.dentry;
	}
	if (IS_ROOT(st->path.dentry)) {
		st->done = true;
		return NULL;
	}
	parent = dget_parent(st->path.dentry);
	dput(st->path.dentry);
	st->path.dentry = parent;
	ret = parent;
	return ret;
}
__bpf_kfunc void bpf_iter_fa_destroy(struct bpf_iter_fa *it)
{
	struct fa_state *st = fa(it);

	if (st->path.dentry)
		path_put(&st->path);
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fa_ids)
BTF_ID_FLAGS(func, bpf_iter_fa_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fa_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fa_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(fa_ids)
