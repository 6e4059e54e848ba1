// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>

struct bpf_iter_tcp_listen {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_tcp_listen_kern {
	struct sock *pos;
	struct net *net;
	struct inet_hashinfo *table;
	unsigned int bucket;
	unsigned int passed;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_TCP_LISTEN_START ((struct sock *)1L)

static void bpf_iter_tcp_listen_release(struct bpf_iter_tcp_listen_kern *kit)
{
	put_net(kit->net);
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_tcp_listen_new() - begin to walk over the listening TCP sockets of
 *	the current network namespace
 * @it: the iterator, on the BPF program's stack
 *
 * They come, of IPv4 and IPv6, in no order. A socket that begins or ends to
 * listen during the walk may or may not be seen, and one that shares its
 * bucket may then be seen twice or not at all.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0 on success, -ENXIO if the current task is exiting and has no
 * namespaces left. After an error the iterator is empty:
 * bpf_iter_tcp_listen_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_tcp_listen_new(struct bpf_iter_tcp_listen *it)
{
	struct bpf_iter_tcp_listen_kern *kit = (void *)it;
	struct net *net;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->pos = NULL;

	net = current->nsproxy ? get_net(current->nsproxy->net_ns) : NULL;
	if (!net)
		return -ENXIO;

	kit->pos = BPF_ITER_TCP_LISTEN_START;
	kit->net = net;
	kit->table = net->ipv4.tcp_death_row.hashinfo;
	kit->bucket = 0;
	kit->passed = 0;
	return 0;
}

/**
 * bpf_iter_tcp_listen_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct sock, valid until the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct sock *bpf_iter_tcp_listen_next(struct bpf_iter_tcp_listen *it)
{
	struct bpf_iter_tcp_listen_kern *kit = (void *)it;
	struct hlist_nulls_node *nulls;
	struct sock *prev = kit->pos;
	struct sock *entry;
	struct sock *pos;
	unsigned int nr;

	if (!prev)
		return NULL;

	pos = NULL;
	while (!pos && kit->bucket < kit->table->lhash2_mask + 1) {
		nr = 0;
		spin_lock(&kit->table->lhash2[kit->bucket].lock);
		hlist_nulls_for_each_entry(entry, nulls,
					   &kit->table->lhash2[kit->bucket].nulls_head,
					   sk_nulls_node) {
			if (nr++ < kit->passed || sock_net(entry) != kit->net)
				continue;
			sock_hold(entry);
			pos = entry;
			break;
		}
		spin_unlock(&kit->table->lhash2[kit->bucket].lock);
		if (pos) {
			kit->passed = nr;
		} else {
			kit->bucket++;
			kit->passed = 0;
		}
	}

	if (prev != BPF_ITER_TCP_LISTEN_START)
		sock_put(prev);

	kit->pos = pos;
	if (!pos)
		bpf_iter_tcp_listen_release(kit);
	return pos;
}

/**
 * bpf_iter_tcp_listen_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_tcp_listen_destroy(struct bpf_iter_tcp_listen *it)
{
	struct bpf_iter_tcp_listen_kern *kit = (void *)it;

	if (!kit->pos)
		return;

	if (kit->pos != BPF_ITER_TCP_LISTEN_START)
		sock_put(kit->pos);
	bpf_iter_tcp_listen_release(kit);
}

__bpf_kfunc_end_defs();
