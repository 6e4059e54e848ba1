// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>

struct bpf_iter_tcp_listen {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_tcp_listen_kern {
	struct sock *pos;
	unsigned int bucket;
	unsigned int passed;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_TCP_LISTEN_START ((struct sock *)1L)

/*
 * One of the namespace, behind as many as were passed in that bucket, with a
 * reference.
 */
static struct sock *bpf_iter_tcp_listen_in_bucket(struct inet_listen_hashbucket *bucket,
						  unsigned int passed,
						  struct net *net)
{
	struct sock *sk, *found = NULL;
	struct hlist_nulls_node *node;

	spin_lock(&bucket->lock);
	sk_nulls_for_each(sk, node, &bucket->nulls_head) {
		if (sock_net(sk) != net || passed--)
			continue;
		sock_hold(sk);
		found = sk;
		break;
	}
	spin_unlock(&bucket->lock);
	return found;
}

/* the next one, in this bucket or a later one */
static struct sock *bpf_iter_tcp_listen_find(struct net *net,
					     unsigned int *bucket,
					     unsigned int *passed)
{
	struct inet_hashinfo *table = net->ipv4.tcp_death_row.hashinfo;
	struct sock *sk = NULL;

	while (!sk && *bucket <= table->lhash2_mask) {
		struct inet_listen_hashbucket *at = &table->lhash2[*bucket];

		sk = bpf_iter_tcp_listen_in_bucket(at, *passed, net);
		*passed = sk ? *passed + 1 : 0;
		*bucket += !sk;
	}
	return sk;
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

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->pos = NULL;

	if (!current->nsproxy)
		return -ENXIO;

	kit->pos = BPF_ITER_TCP_LISTEN_START;
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
	struct sock *prev = kit->pos;
	struct sock *pos;

	if (!prev)
		return NULL;

	pos = bpf_iter_tcp_listen_find(current->nsproxy->net_ns, &kit->bucket,
				       &kit->passed);

	if (prev != BPF_ITER_TCP_LISTEN_START)
		sock_put(prev);

	kit->pos = pos;
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

	if (kit->pos && kit->pos != BPF_ITER_TCP_LISTEN_START)
		sock_put(kit->pos);
}

__bpf_kfunc_end_defs();
