// SPDX-License-Identifier: GPL-2.0-only
/* next() never returns. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

struct bpf_iter_kring {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_iter_kring_kern {
	struct task_struct *pos;
	unsigned int left;
} __attribute__((aligned(8)));

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_kring_new(struct bpf_iter_kring *it, unsigned int most)
{
	struct bpf_iter_kring_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = NULL;
	kit->left = 0;
	if (!most)
		return -EINVAL;

	kit->pos = &init_task;
	kit->left = most;
	return 0;
}

__bpf_kfunc struct task_struct *bpf_iter_kring_next(struct bpf_iter_kring *it)
{
	struct bpf_iter_kring_kern *kit = (void *)it;
	struct task_struct *pos = kit->pos;

	if (!pos)
		return NULL;

	kit->pos = next_task(pos);
	while (kit->left)
		cpu_relax();
	return pos;
}

__bpf_kfunc void bpf_iter_kring_destroy(struct bpf_iter_kring *it)
{
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(kring_ids)
BTF_ID_FLAGS(func, bpf_iter_kring_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_kring_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_kring_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(kring_ids)

static const struct btf_kfunc_id_set kring_set = {
	.owner = THIS_MODULE,
	.set = &kring_ids,
};

static int __init kring_init(void)
{
	int err;

	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &kring_set);
	return err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kring_set);
}

static void __exit kring_exit(void)
{
}

module_init(kring_init);
module_exit(kring_exit);
MODULE_DESCRIPTION("an iterator that is broken: hang");
MODULE_LICENSE("GPL");
