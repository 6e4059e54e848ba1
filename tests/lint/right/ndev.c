// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>
#include <linux/netdevice.h>

struct bpf_iter_ndev {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_ndev_kern {
	struct net *net;
	struct net_device *dev;
	netdevice_tracker tracker;
	unsigned long ifindex;
} __aligned(8);

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_ndev_new(struct bpf_iter_ndev *it, struct net *net)
{
	struct bpf_iter_ndev_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	kit->dev = NULL;
	kit->ifindex = 0;
	kit->net = maybe_get_net(net);
	return kit->net ? 0 : -ENOENT;
}

__bpf_kfunc struct net_device *bpf_iter_ndev_next(struct bpf_iter_ndev *it)
{
	struct bpf_iter_ndev_kern *kit = (void *)it;
	struct net_device *dev;

	if (!kit->net)
		return NULL;

	if (kit->dev) {
		netdev_put(kit->dev, &kit->tracker);
		kit->dev = NULL;
	}

	rcu_read_lock();
	for_each_netdev_dump(kit->net, dev, kit->ifindex) {
		kit->dev = dev;
		netdev_hold(dev, &kit->tracker, GFP_ATOMIC);
		kit->ifindex = dev->ifindex + 1;
		break;
	}
	rcu_read_unlock();

	if (!kit->dev) {
		put_net(kit->net);
		kit->net = NULL;
	}
	return kit->dev;
}

__bpf_kfunc void bpf_iter_ndev_destroy(struct bpf_iter_ndev *it)
{
	struct bpf_iter_ndev_kern *kit = (void *)it;

	if (!kit->net)
		return;
	if (kit->dev)
		netdev_put(kit->dev, &kit->tracker);
	put_net(kit->net);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(ndev_ids)
BTF_ID_FLAGS(func, bpf_iter_ndev_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_ndev_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_ndev_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(ndev_ids)

static const struct btf_kfunc_id_set ndev_set = {
	.owner = THIS_MODULE,
	.set = &ndev_ids,
};

static int __init ndev_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &ndev_set);
}
late_initcall(ndev_register);
