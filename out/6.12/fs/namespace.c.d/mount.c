// SPDX-License-Identifier: GPL-2.0-only
/* Joins fs/namespace.c, at its end. */

struct bpf_iter_mount {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_mount_kern {
	struct mount *pos;
	u64 key;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_MOUNT_START ((struct mount *)1L)

__bpf_kfunc_start_defs();

/**
 * bpf_iter_mount_new() - begin to walk over the mounts of the current mount
 *	namespace
 * @it: the iterator, on the BPF program's stack
 *
 * Mounts come by the numbers that they have until reboot, those that the task
 * cannot reach among them. The one that next() returned last is busy: it can
 * be unmounted lazily only.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0 on success, -ENXIO if the current task is exiting and has no
 * namespaces left. After an error the iterator is empty: bpf_iter_mount_next()
 * returns NULL.
 */
__bpf_kfunc int bpf_iter_mount_new(struct bpf_iter_mount *it)
{
	struct bpf_iter_mount_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->pos = NULL;

	if (!current->nsproxy)
		return -ENXIO;

	kit->pos = BPF_ITER_MOUNT_START;
	return 0;
}

/**
 * bpf_iter_mount_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct mount, valid until the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct mount *bpf_iter_mount_next(struct bpf_iter_mount *it)
{
	struct bpf_iter_mount_kern *kit = (void *)it;
	struct mount *prev = kit->pos;
	struct mount *entry, *found;
	struct rb_node *rb;
	struct mount *pos;

	if (!prev)
		return NULL;

	down_read(&namespace_sem);

	found = NULL;
	rb = current->nsproxy->mnt_ns->mounts.rb_node;
	while (rb) {
		entry = rb_entry(rb, struct mount, mnt_node);
		if (prev == BPF_ITER_MOUNT_START ||
		    entry->mnt_id_unique > kit->key) {
			found = entry;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (found)
		kit->key = found->mnt_id_unique;
	pos = found;
	if (pos)
		mntget(&pos->mnt);

	up_read(&namespace_sem);

	if (prev != BPF_ITER_MOUNT_START)
		mntput(&prev->mnt);

	kit->pos = pos;
	return pos;
}

/**
 * bpf_iter_mount_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_mount_destroy(struct bpf_iter_mount *it)
{
	struct bpf_iter_mount_kern *kit = (void *)it;

	if (kit->pos && kit->pos != BPF_ITER_MOUNT_START)
		mntput(&kit->pos->mnt);
}

__bpf_kfunc_end_defs();
