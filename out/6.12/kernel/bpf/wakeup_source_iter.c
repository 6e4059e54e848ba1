// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/pm_wakeup.h>

struct bpf_iter_wakeup_source {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_wakeup_source_kern {
	struct wakeup_source *pos;
	int section;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_WAKEUP_SOURCE_START ((struct wakeup_source *)1L)

__bpf_kfunc_start_defs();

/**
 * bpf_iter_wakeup_source_new() - begin to walk over the wakeup sources of the
 *	system
 * @it: the iterator, on the BPF program's stack
 *
 * A wakeup source that is registered during the walk may or may not be seen.
 * One that is unregistered may still be seen; it stays valid until the
 * iterator is destroyed, and its owner waits for that.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_wakeup_source_new(struct bpf_iter_wakeup_source *it)
{
	struct bpf_iter_wakeup_source_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = BPF_ITER_WAKEUP_SOURCE_START;
	kit->section = wakeup_sources_read_lock();
	return 0;
}

/**
 * bpf_iter_wakeup_source_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct wakeup_source, valid until the iterator is
 * destroyed, or NULL at the end. Once it has returned NULL, it keeps returning
 * NULL.
 */
__bpf_kfunc struct wakeup_source *bpf_iter_wakeup_source_next(struct bpf_iter_wakeup_source *it)
{
	struct bpf_iter_wakeup_source_kern *kit = (void *)it;

	if (!kit->pos)
		return NULL;

	if (kit->pos == BPF_ITER_WAKEUP_SOURCE_START)
		kit->pos = wakeup_sources_walk_start();
	else
		kit->pos = wakeup_sources_walk_next(kit->pos);

	return kit->pos;
}

/**
 * bpf_iter_wakeup_source_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_wakeup_source_destroy(struct bpf_iter_wakeup_source *it)
{
	struct bpf_iter_wakeup_source_kern *kit = (void *)it;

	wakeup_sources_read_unlock(kit->section);
}

__bpf_kfunc_end_defs();
