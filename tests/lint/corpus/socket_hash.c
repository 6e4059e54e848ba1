// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: 
// all: 
struct bpf_iter_x_kern {
	struct net *net;
	struct sock *sk;
	u32 bucket;
	u32 over;
};

static struct sock *first_in(struct bpf_iter_x_kern *kit, struct inet_hashinfo *info, struct sock *behind)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	bool past = !behind;

	spin_lock_bh(inet_ehash_lockp(info, kit->bucket));
	sk_nulls_for_each(sk, node, &info->ehash[kit->bucket].chain) {
		if (!past) {
			past = sk == behind;
			continue;
		}
		if (!net_eq(sock_net(sk), kit->net))
			continue;
		if (refcount_inc_not_zero(&sk->sk_refcnt)) {
			spin_unlock_bh(inet_ehash_lockp(info, kit->bucket));
			return sk;
		}
	}
	spin_unlock_bh(inet_ehash_lockp(info, kit->bucket));
	return NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->sk = NULL;
	kit->net = NULL;
	kit->over = 1;
	kit->bucket = 0;
	if (flags)
		return -EINVAL;
	kit->net = get_net(current->nsproxy->net_ns);
	kit->over = 0;
	return 0;
}

__bpf_kfunc struct sock *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct sock *prev = kit->sk, *sk;
	struct inet_hashinfo *info = &tcp_hashinfo;

	if (kit->over)
		return NULL;
	kit->sk = NULL;
	sk = first_in(kit, info, prev);
	if (prev)
		sock_gen_put(prev);
	while (!sk && ++kit->bucket <= info->ehash_mask)
		sk = first_in(kit, info, NULL);
	if (!sk)
		kit->over = 1;
	kit->sk = sk;
	return sk;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->sk)
		sock_gen_put(kit->sk);
	if (kit->net)
		put_net(kit->net);
}
// I09: \t\t\tspin_unlock_bh(inet_ehash_lockp(info, kit->bucket));\n\t\t\treturn sk; ==> \t\t\treturn sk;
// I04: \tif (prev)\n\t\tsock_gen_put(prev);\n ==> 
// I01: \tkit->net = NULL;\n ==> 
// I02: \tif (!sk)\n\t\tkit->over = 1;\n ==> \tif (!sk)\n\t\tkit->bucket = 0;\n
// I03: \tif (kit->net)\n\t\tput_net(kit->net); ==> \tput_net(kit->net);
// I14: \tkit->sk = NULL;\n\tsk = first_in(kit, info, prev);\n\tif (prev)\n\t\tsock_gen_put(prev);\n ==> \tif (prev)\n\t\tsock_gen_put(prev);\n\tkit->sk = NULL;\n\tsk = first_in(kit, info, prev);\n
// I08: \twhile (!sk && ++kit->bucket <= info->ehash_mask)\n ==> \tcond_resched();\n\twhile (!sk && ++kit->bucket <= info->ehash_mask)\n
