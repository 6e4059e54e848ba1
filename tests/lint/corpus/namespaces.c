// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: 
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct net *net;
};

static struct net *net_behind(struct net *prev)
{
	struct net *net, *found = NULL;

	down_read(&net_rwsem);
	if (prev) {
		net = prev;
		list_for_each_entry_continue(net, &net_namespace_list, list)
			if ((found = maybe_get_net(net)))
				break;
	} else {
		for_each_net(net)
			if ((found = maybe_get_net(net)))
				break;
	}
	up_read(&net_rwsem);
	return found;
}

#define X_END ((struct net *)-1L)

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->net = X_END;
	if (flags)
		return -EINVAL;
	kit->net = NULL;
	return 0;
}

__bpf_kfunc struct net *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct net *prev = kit->net;

	if (prev == X_END)
		return NULL;
	kit->net = net_behind(prev);
	if (prev)
		put_net(prev);
	if (kit->net)
		return kit->net;
	kit->net = X_END;
	return NULL;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->net && kit->net != X_END)
		put_net(kit->net);
}
// I04: \tif (prev)\n\t\tput_net(prev);\n ==> 
// I02: \tkit->net = X_END;\n\treturn NULL; ==> \treturn NULL;
// I01: \tkit->net = X_END;\n\tif (flags)\n ==> \tkit->net = NULL;\n\tif (flags)\n
// I09: \tup_read(&net_rwsem);\n ==> \tif (!found)\n\t\treturn NULL;\n\tup_read(&net_rwsem);\n
// I08: KF_SLEEPABLE ==> KF_RCU
// I04: \tif (kit->net && kit->net != X_END)\n\t\tput_net(kit->net);\n ==> 
