// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <net/net_namespace.h>

struct bpf_iter_net {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_net_kern {
	struct net *pos;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_NET_START ((struct net *)1L)

__bpf_kfunc_start_defs();

/**
 * bpf_iter_net_new() - begin to walk over all network namespaces
 * @it: the iterator, on the BPF program's stack
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_net_new(struct bpf_iter_net *it)
{
	struct bpf_iter_net_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = BPF_ITER_NET_START;
	return 0;
}

/**
 * bpf_iter_net_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct net, valid until the RCU read-side critical section
 * ends, or NULL at the end. Once it has returned NULL, it keeps returning
 * NULL.
 */
__bpf_kfunc struct net *bpf_iter_net_next(struct bpf_iter_net *it)
{
	struct bpf_iter_net_kern *kit = (void *)it;
	struct list_head *head, *at;

	if (!kit->pos)
		return NULL;

	head = &net_namespace_list;
	at = kit->pos != BPF_ITER_NET_START ? &kit->pos->list : head;
	kit->pos = list_next_or_null_rcu(head, at, struct net, list);

	return kit->pos;
}

/**
 * bpf_iter_net_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_net_destroy(struct bpf_iter_net *it)
{
}

/**
 * bpf_net_acquire() - take a reference to an element of bpf_iter_net
 * @pos: the element
 *
 * It must be released with bpf_net_release(), and may outlive the walk.
 *
 * Return: @pos, or NULL if it has no reference left to take.
 */
__bpf_kfunc struct net *bpf_net_acquire(struct net *pos)
{
	return maybe_get_net(pos) ? pos : NULL;
}

/**
 * bpf_net_release() - release a reference to an element of bpf_iter_net
 * @pos: what bpf_net_acquire() returned
 */
__bpf_kfunc void bpf_net_release(struct net *pos)
{
	put_net(pos);
}

__bpf_kfunc_end_defs();
