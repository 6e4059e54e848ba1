// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/kmem_cache_iter.c, at its end. */

struct bpf_iter_kmem_cache {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_kmem_cache_kern {
	struct kmem_cache *pos;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_KMEM_CACHE_START ((struct kmem_cache *)1L)

/* caches from the boot have a negative count and are never freed */
static void bpf_iter_kmem_cache_hold(struct kmem_cache *s)
{
	if (s->refcount > 0)
		s->refcount++;
}

/* the last reference is left to kmem_cache_destroy() */
static bool bpf_iter_kmem_cache_drop(struct kmem_cache *s)
{
	if (s->refcount == 1)
		return true;
	if (s->refcount > 1)
		s->refcount--;
	return false;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_kmem_cache_new() - begin to walk over the slab caches
 * @it: the iterator, on the BPF program's stack
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_kmem_cache_new(struct bpf_iter_kmem_cache *it)
{
	struct bpf_iter_kmem_cache_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = BPF_ITER_KMEM_CACHE_START;
	return 0;
}

/**
 * bpf_iter_kmem_cache_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct kmem_cache, valid until the next call, or NULL at
 * the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct kmem_cache *bpf_iter_kmem_cache_next(struct bpf_iter_kmem_cache *it)
{
	struct bpf_iter_kmem_cache_kern *kit = (void *)it;
	struct kmem_cache *prev = kit->pos;
	struct kmem_cache *pos;
	bool last = false;

	if (!prev)
		return NULL;

	mutex_lock(&slab_mutex);

	if (prev == BPF_ITER_KMEM_CACHE_START)
		pos = list_first_entry_or_null(&slab_caches, struct kmem_cache,
					       list);
	else if (list_is_last(&prev->list, &slab_caches))
		pos = NULL;
	else
		pos = list_next_entry(prev, list);
	if (pos)
		bpf_iter_kmem_cache_hold(pos);
	if (prev != BPF_ITER_KMEM_CACHE_START)
		last = bpf_iter_kmem_cache_drop(prev);

	mutex_unlock(&slab_mutex);

	if (last)
		kmem_cache_destroy(prev);

	kit->pos = pos;
	return pos;
}

/**
 * bpf_iter_kmem_cache_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_kmem_cache_destroy(struct bpf_iter_kmem_cache *it)
{
	struct bpf_iter_kmem_cache_kern *kit = (void *)it;
	struct kmem_cache *pos = kit->pos;
	bool last;

	if (!pos || pos == BPF_ITER_KMEM_CACHE_START)
		return;

	mutex_lock(&slab_mutex);
	last = bpf_iter_kmem_cache_drop(pos);
	mutex_unlock(&slab_mutex);

	if (last)
		kmem_cache_destroy(pos);
}

__bpf_kfunc_end_defs();
