// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/map_iter.c, at its end. */

struct bpf_iter_bpf_map {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_bpf_map_kern {
	struct bpf_map *pos;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_BPF_MAP_START ((struct bpf_map *)1L)

/* the map with this number, or with the next higher one that there is */
static struct bpf_map *bpf_iter_bpf_map_map_from(u32 id)
{
	return bpf_map_get_curr_or_next(&id);
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_bpf_map_new() - begin to walk over all BPF maps
 * @it: the iterator, on the BPF program's stack
 *
 * Each step takes a lock that all maps share, and a reference to the map that
 * it returns. Maps come by their numbers.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_bpf_map_new(struct bpf_iter_bpf_map *it)
{
	struct bpf_iter_bpf_map_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = BPF_ITER_BPF_MAP_START;
	return 0;
}

/**
 * bpf_iter_bpf_map_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct bpf_map, valid until the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct bpf_map *bpf_iter_bpf_map_next(struct bpf_iter_bpf_map *it)
{
	struct bpf_iter_bpf_map_kern *kit = (void *)it;
	struct bpf_map *prev = kit->pos;
	struct bpf_map *pos;

	if (!prev)
		return NULL;

	if (prev == BPF_ITER_BPF_MAP_START)
		pos = bpf_iter_bpf_map_map_from(0);
	else
		pos = bpf_iter_bpf_map_map_from(prev->id + 1);

	if (prev != BPF_ITER_BPF_MAP_START)
		bpf_map_put(prev);

	kit->pos = pos;
	return pos;
}

/**
 * bpf_iter_bpf_map_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_bpf_map_destroy(struct bpf_iter_bpf_map *it)
{
	struct bpf_iter_bpf_map_kern *kit = (void *)it;

	if (kit->pos && kit->pos != BPF_ITER_BPF_MAP_START)
		bpf_map_put(kit->pos);
}

__bpf_kfunc_end_defs();
