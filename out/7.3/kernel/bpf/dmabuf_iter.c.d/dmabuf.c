// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/dmabuf_iter.c, at its end. */

struct bpf_iter_dmabuf {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_dmabuf_kern {
	struct dma_buf *dmabuf;
} __aligned(8);

/* the walk has not begun; NULL is its end */
#define BPF_ITER_DMABUF_START ((struct dma_buf *)1L)

__bpf_kfunc_start_defs();

/**
 * bpf_iter_dmabuf_new() - begin to walk over all DMA buffers
 * @it: the iterator, on the BPF program's stack
 *
 * Each step takes the mutex that guards the list of all buffers. It is not
 * held between two steps.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_dmabuf_new(struct bpf_iter_dmabuf *it)
{
	struct bpf_iter_dmabuf_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->dmabuf = BPF_ITER_DMABUF_START;
	return 0;
}

/**
 * bpf_iter_dmabuf_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct dma_buf, valid until the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct dma_buf *bpf_iter_dmabuf_next(struct bpf_iter_dmabuf *it)
{
	struct bpf_iter_dmabuf_kern *kit = (void *)it;

	if (!kit->dmabuf)
		return NULL;

	if (kit->dmabuf == BPF_ITER_DMABUF_START)
		kit->dmabuf = dma_buf_iter_begin();
	else
		kit->dmabuf = dma_buf_iter_next(kit->dmabuf);

	return kit->dmabuf;
}

/**
 * bpf_iter_dmabuf_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_dmabuf_destroy(struct bpf_iter_dmabuf *it)
{
	struct bpf_iter_dmabuf_kern *kit = (void *)it;

	if (kit->dmabuf && kit->dmabuf != BPF_ITER_DMABUF_START)
		dma_buf_put(kit->dmabuf);
}

__bpf_kfunc_end_defs();
