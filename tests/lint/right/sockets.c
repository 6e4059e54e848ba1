// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fb { __u64 __opaque[3]; } __aligned(8);
struct bpf_iter_fb_kern { struct net *net; struct sock *sk; int bucket; };
static void fb_put(struct bpf_iter_fb_kern *kit)
{
	if (kit->sk) {
		sock_put(kit->sk);
		kit->sk = NULL;
	}
}
static struct sock *fb_find(struct bpf_iter_fb_kern *kit)
{
	struct sock *sk = NULL;

	for (; kit->bucket < FB_BUCKETS; kit->bucket++) {
		spinlock_t *lock = fb_lock(kit->bucket);

		if (hlist_empty(&fb_hash[kit->bucket]))
			continue;
		spin_lock_bh(lock);
		sk_for_each(sk, &fb_hash[kit->bucket]) {
			if (!net_eq(sock_net(sk), kit->net))
				continue;
			if (!refcount_inc_not_zero(&sk->sk_refcnt))
				continue;
			spin_unlock_bh(lock);
			kit->bucket++;
			return sk;
		}
		spin_unlock_bh(lock);
	}
	return NULL;
}
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fb_new(struct bpf_iter_fb *it, struct net *net)
{
	struct bpf_iter_fb_kern *kit = (void *)it;

	memset(kit, 0, sizeof(*kit));
	kit->net = maybe_get_net(net);
	if (!kit->net)
		return -ENOENT;
	return 0;
}
__bpf_kfunc struct sock *bpf_iter_fb_next(struct bpf_iter_fb *it)
{
	struct bpf_iter_fb_kern *kit = (void *)it;

	if (!kit->net)
		return NULL;
	fb_put(kit);
	if (kit->bucket >= FB_BUCKETS)
		return NULL;
	kit->sk = fb_find(kit);
	if (!kit->sk)
		kit->bucket = FB_BUCKETS;
	return kit->sk;
}
__bpf_kfunc void bpf_iter_fb_destroy(struct bpf_iter_fb *it)
{
	struct bpf_iter_fb_kern *kit = (void *)it;

	fb_put(kit);
	if (kit->net)
		put_net(kit->net);
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fb_ids)
BTF_ID_FLAGS(func, bpf_iter_fb_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_fb_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_fb_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(fb_ids)
