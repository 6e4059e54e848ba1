// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

struct bpf_iter_netdev {
	__u64 __opaque[3];
} __aligned(8);

struct bpf_iter_netdev_kern {
	struct net_device *pos;
	unsigned long index;
	struct net *net;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_netdev_new() - begin to walk over the network devices of the
 *	current network namespace
 * @it: the iterator, on the BPF program's stack
 * @from: the lowest index to visit
 * @flags: for later use
 *
 * They come in the order of their indices. A device that is registered or
 * unregistered during the walk may or may not be seen.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not 0, -ENXIO if the current task
 * is exiting and has no namespaces left. After an error the iterator is empty:
 * bpf_iter_netdev_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_netdev_new(struct bpf_iter_netdev *it, u32 from,
				    u64 flags)
{
	struct bpf_iter_netdev_kern *kit = (void *)it;
	struct net *net;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->net = NULL;

	if (flags)
		return -EINVAL;

	net = current->nsproxy ? current->nsproxy->net_ns : NULL;
	if (!net)
		return -ENXIO;

	kit->pos = NULL;
	kit->index = from;
	kit->net = net;
	return 0;
}

/**
 * bpf_iter_netdev_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct net_device, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct net_device *bpf_iter_netdev_next(struct bpf_iter_netdev *it)
{
	struct bpf_iter_netdev_kern *kit = (void *)it;

	if (!kit->net)
		return NULL;

	if (!kit->pos)
		kit->pos = xa_find(&kit->net->dev_by_index, &kit->index,
				   ULONG_MAX, XA_PRESENT);
	else
		kit->pos = xa_find_after(&kit->net->dev_by_index, &kit->index,
					 ULONG_MAX, XA_PRESENT);

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->net = NULL;

	return kit->pos;
}

/**
 * bpf_iter_netdev_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_netdev_destroy(struct bpf_iter_netdev *it)
{
}

__bpf_kfunc_end_defs();
