// SPDX-License-Identifier: GPL-2.0-only
/* The head is asked for in other words: by a node that lives for one turn, and by the address of a member. */
#include <linux/bpf.h>
#include <linux/btf_ids.h>
#include <linux/rculist.h>
#include <linux/refcount.h>

struct cell {
	struct list_head node;
	refcount_t refs;
	struct rcu_head rcu;
};

static LIST_HEAD(cells);

static struct cell *cell_behind(struct cell *prev)
{
	struct cell *cell = prev;

	rcu_read_lock();
	for (;;) {
		struct list_head *n;

		n = rcu_dereference_raw(list_next_rcu(cell ? &cell->node : &cells));
		if (n == &cells) {
			cell = NULL;
			break;
		}
		cell = list_entry(n, struct cell, node);
		if (refcount_inc_not_zero(&cell->refs))
			break;
	}
	rcu_read_unlock();
	return cell;
}

static struct cell *cell_first(void)
{
	struct cell *pos, *found = NULL;

	rcu_read_lock();
	for (pos = list_entry_rcu(cells.next, struct cell, node); &pos->node != &cells;
	     pos = list_entry_rcu(pos->node.next, struct cell, node)) {
		if (refcount_inc_not_zero(&pos->refs)) {
			found = pos;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

static void cell_let_go(struct cell *cell)
{
	if (cell && refcount_dec_and_test(&cell->refs))
		kfree_rcu(cell, rcu);
}

struct bpf_iter_cell {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_iter_cell_kern {
	struct cell *pos;
	u64 over;
} __aligned(8);

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_cell_new(struct bpf_iter_cell *it, u32 flags)
{
	struct bpf_iter_cell_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) != sizeof(*it));
	kit->pos = NULL;
	kit->over = flags;
	return flags ? -EINVAL : 0;
}

__bpf_kfunc struct cell *bpf_iter_cell_next(struct bpf_iter_cell *it)
{
	struct bpf_iter_cell_kern *kit = (void *)it;
	struct cell *before = kit->pos;

	if (kit->over)
		return NULL;
	kit->pos = before ? cell_behind(before) : cell_first();
	cell_let_go(before);
	kit->over = !kit->pos;
	return kit->pos;
}

__bpf_kfunc void bpf_iter_cell_destroy(struct bpf_iter_cell *it)
{
	struct bpf_iter_cell_kern *kit = (void *)it;

	cell_let_go(kit->pos);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(cell_ids)
BTF_ID_FLAGS(func, bpf_iter_cell_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_cell_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_cell_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(cell_ids)
