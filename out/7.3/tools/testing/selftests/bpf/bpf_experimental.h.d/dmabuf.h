/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins tools/testing/selftests/bpf/bpf_experimental.h, before its #endif. */

struct bpf_iter_dmabuf;
int bpf_iter_dmabuf_new(struct bpf_iter_dmabuf *it) __weak __ksym;
struct dma_buf *bpf_iter_dmabuf_next(struct bpf_iter_dmabuf *it) __weak __ksym;
void bpf_iter_dmabuf_destroy(struct bpf_iter_dmabuf *it) __weak __ksym;
