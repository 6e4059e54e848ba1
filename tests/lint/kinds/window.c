// SPDX-License-Identifier: GPL-2.0-only
// A lock of the owner for the whole walk, by a function of its own, and a page that stays mapped.
struct bpf_iter_x_kern {
	struct ring *ring;
	void *bytes;
	u32 left;
};

static void ring_enter(struct ring *ring)
{
	mutex_lock(&ring->mutex); // # I08 I09
}

static void ring_leave(struct ring *ring)
{
	mutex_unlock(&ring->mutex);
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 id)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->ring = ring_of(id);
	kit->bytes = NULL;
	kit->left = 0;
	if (!kit->ring)
		return -ENOENT;
	ring_enter(kit->ring);
	kit->left = kit->ring->entries;
	return 0;
}

__bpf_kfunc struct thing *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	int got;

	if (!kit->ring || !kit->left)
		return NULL;
	got = ring_fill(kit->ring);
	if (got <= 0)
		return NULL; // # I02
	kit->left--;
	kit->bytes = kmap_local_page(kit->ring->page); // # I09
	return kit->bytes;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->ring)
		return;
	if (kit->bytes)
		kunmap_local(kit->bytes);
	ring_leave(kit->ring);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
