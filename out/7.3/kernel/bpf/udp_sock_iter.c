// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/udp.h>

struct bpf_iter_udp_sock {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_udp_sock_kern {
	struct sock *pos;
	struct net *net;
	struct udp_table *table;
	unsigned int bucket;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_udp_sock_new() - begin to walk over the bound UDP sockets of the
 *	current network namespace
 * @it: the iterator, on the BPF program's stack
 * @flags: for later use
 *
 * Those come, of IPv4 and IPv6, that are bound to a port. A socket that is
 * bound or closed during the walk may or may not be seen.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not 0, -ENXIO if the current task
 * is exiting and has no namespaces left. After an error the iterator is empty:
 * bpf_iter_udp_sock_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_udp_sock_new(struct bpf_iter_udp_sock *it, u64 flags)
{
	struct bpf_iter_udp_sock_kern *kit = (void *)it;
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
	kit->net = net;
	kit->table = net->ipv4.udp_table;
	kit->bucket = 0;
	return 0;
}

/**
 * bpf_iter_udp_sock_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct sock, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct sock *bpf_iter_udp_sock_next(struct bpf_iter_udp_sock *it)
{
	struct bpf_iter_udp_sock_kern *kit = (void *)it;
	struct hlist_head *chain;
	struct hlist_node *node;

	if (!kit->net)
		return NULL;

	do {
		node = kit->pos ? rcu_dereference_raw(hlist_next_rcu(&kit->pos->sk_node)) : NULL;
		while (!node && kit->bucket < kit->table->mask + 1) {
			chain = &kit->table->hash[kit->bucket].head;
			node = rcu_dereference_raw(hlist_first_rcu(chain));
			kit->bucket++;
		}
		kit->pos = hlist_entry_safe(node, struct sock, sk_node);
	} while (kit->pos && sock_net(kit->pos) != kit->net);

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->net = NULL;

	return kit->pos;
}

/**
 * bpf_iter_udp_sock_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_udp_sock_destroy(struct bpf_iter_udp_sock *it)
{
}

__bpf_kfunc_end_defs();
