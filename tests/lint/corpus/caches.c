// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: 
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct kmem_cache *pos;
};

#define START ((struct kmem_cache *)1)

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = START;
	return 0;
}

__bpf_kfunc struct kmem_cache *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct kmem_cache *prev = kit->pos, *next = NULL;
	bool drop = false;

	if (!prev)
		return NULL;
	mutex_lock(&slab_mutex);
	if (list_empty(&slab_caches)) {
		next = NULL;
	} else if (prev == START) {
		next = list_first_entry(&slab_caches, struct kmem_cache, list);
	} else {
		if (prev->refcount > 1)
			prev->refcount--;
		else if (prev->refcount == 1)
			drop = true;
		if (!list_is_last(&prev->list, &slab_caches))
			next = list_next_entry(prev, list);
	}
	if (next && next->refcount > 0)
		next->refcount++;
	mutex_unlock(&slab_mutex);
	if (drop)
		kmem_cache_destroy(prev);
	kit->pos = next;
	return next;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->pos || kit->pos == START)
		return;
	mutex_lock(&slab_mutex);
	kit->pos->refcount--;
	mutex_unlock(&slab_mutex);
}
// I07: \tif (list_empty(&slab_caches)) {\n\t\tnext = NULL;\n\t} else if (prev == START) { ==> \tif (prev == START) {
// I07: \t\tif (!list_is_last(&prev->list, &slab_caches))\n\t ==> \t
// I09: \tmutex_unlock(&slab_mutex);\n\tif (drop) ==> \tif (drop)
// I08: KF_SLEEPABLE ==> KF_RCU
// I02: \tkit->pos = next;\n\treturn next; ==> \tkit->pos = next ?: START;\n\treturn next;
