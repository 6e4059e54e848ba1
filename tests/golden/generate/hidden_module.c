// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/workqueue.h>

/* private to their file: where the kernel's BTF has them, for a prototype only */
struct workqueue_struct {
	union {
		struct {
			u8 before_list[16];
			struct list_head list;
		};
	};
};
static_assert(offsetof(struct workqueue_struct, list) == 16);

extern typeof(struct list_head) workqueues;
extern typeof(bool (struct workqueue_struct *)) is_chained_work;

/* not exported: found when the module is loaded, for a prototype only */
static typeof(workqueues) *shim_workqueues;
#define workqueues (*shim_workqueues)
static typeof(is_chained_work) *shim_is_chained_work;
#define is_chained_work (*shim_is_chained_work)

static int __init find_shims(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*lookup)(const char *name);
	int ret;

	ret = register_kprobe(&probe);
	if (ret)
		return ret;
	lookup = (void *)probe.addr;
	unregister_kprobe(&probe);

	shim_workqueues = (void *)lookup("workqueues");
	if (!shim_workqueues)
		return -ENOENT;
	shim_is_chained_work = (void *)lookup("is_chained_work");
	if (!shim_is_chained_work)
		return -ENOENT;
	return 0;
}

struct bpf_iter_hidden {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_hidden_kern {
	struct workqueue_struct *pos;
	bool live;
} __aligned(8);

/* those whose work is queued by themselves are left out */
static struct workqueue_struct *bpf_iter_hidden_next_of(struct list_head *at)
{
	struct workqueue_struct *wq;

	do {
		wq = list_next_or_null_rcu(&workqueues, at, struct workqueue_struct, list);
		at = wq ? &wq->list : at;
	} while (wq && is_chained_work(wq));
	return wq;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_hidden_new() - begin to walk over all workqueues
 * @it: the iterator, on the BPF program's stack
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_hidden_new(struct bpf_iter_hidden *it)
{
	struct bpf_iter_hidden_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = NULL;
	kit->live = true;
	return 0;
}

/**
 * bpf_iter_hidden_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct workqueue_struct, valid until the RCU read-side
 * critical section ends, or NULL at the end. Once it has returned NULL, it
 * keeps returning NULL.
 */
__bpf_kfunc struct workqueue_struct *bpf_iter_hidden_next(struct bpf_iter_hidden *it)
{
	struct bpf_iter_hidden_kern *kit = (void *)it;

	if (!kit->live)
		return NULL;

	kit->pos = bpf_iter_hidden_next_of(kit->pos ? &kit->pos->list : &workqueues);

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->live = false;

	return kit->pos;
}

/**
 * bpf_iter_hidden_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_hidden_destroy(struct bpf_iter_hidden *it)
{
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(bpf_iter_hidden_ids)
BTF_ID_FLAGS(func, bpf_iter_hidden_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_hidden_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_hidden_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(bpf_iter_hidden_ids)

static const struct btf_kfunc_id_set bpf_iter_hidden_set = {
	.owner = THIS_MODULE,
	.set = &bpf_iter_hidden_ids,
};

static int __init bpf_iter_hidden_init(void)
{
	int ret;

	ret = find_shims();
	ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_UNSPEC, &bpf_iter_hidden_set);
	return ret;
}
late_initcall(bpf_iter_hidden_init);

/* the kernel forgets the ids with the module, which it keeps as long as a program may call them */
static void __exit bpf_iter_hidden_exit(void)
{
}
module_exit(bpf_iter_hidden_exit);

MODULE_DESCRIPTION("walk over all workqueues");
MODULE_LICENSE("GPL");
