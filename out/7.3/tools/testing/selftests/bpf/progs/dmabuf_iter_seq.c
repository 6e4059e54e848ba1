// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER dmabuf
#define ITER_SECTION "syscall"
#define iter_new(it) bpf_iter_dmabuf_new(it)
#define iter_for_each(pos) bpf_for_each(dmabuf, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct dma_buf *pos)
{
	return pos->file->f_inode->i_ino;
}

#include "iter_seq_show.h"

SEC("iter/dmabuf")
int show(struct bpf_iter__dmabuf *ctx)
{
	return iter_show(ctx->meta, ctx->dmabuf);
}
