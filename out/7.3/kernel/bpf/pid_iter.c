// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>

struct bpf_iter_pid {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_pid_kern {
	struct pid *pos;
	bool live;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_iter_pid_new() - begin to walk over all process ids
 * @it: the iterator, on the BPF program's stack
 *
 * Those come by their numbers that some task has as its own, or as that of its
 * process, group or session.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_pid_new(struct bpf_iter_pid *it)
{
	struct bpf_iter_pid_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = NULL;
	kit->live = true;
	return 0;
}

/**
 * bpf_iter_pid_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct pid, valid until the RCU read-side critical section
 * ends, or NULL at the end. Once it has returned NULL, it keeps returning
 * NULL.
 */
__bpf_kfunc struct pid *bpf_iter_pid_next(struct bpf_iter_pid *it)
{
	struct bpf_iter_pid_kern *kit = (void *)it;

	if (!kit->live)
		return NULL;

	kit->pos = find_ge_pid(kit->pos ? pid_nr(kit->pos) + 1 : 1,
			       &init_pid_ns);

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->live = false;

	return kit->pos;
}

/**
 * bpf_iter_pid_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_pid_destroy(struct bpf_iter_pid *it)
{
}

__bpf_kfunc_end_defs();
