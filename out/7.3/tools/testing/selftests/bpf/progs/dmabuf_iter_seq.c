// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER dmabuf
#define ITER_SECTION "syscall"
#define MAX_NAME 32
#define iter_new(it) bpf_iter_dmabuf_new(it)
#define iter_for_each(pos) bpf_for_each(dmabuf, pos)

char _license[] SEC("license") = "GPL";

/* user space knows an element by its name: a number made of that tells it from the others */
static __always_inline u64 name_of(const char *name)
{
	u8 text[MAX_NAME] = {};
	u64 number = 0;
	int i;

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return number;
}

/* what user space knows an element by */
static __always_inline u64 iter_id(struct dma_buf *pos)
{
	return pos->file->f_inode->i_ino + name_of(pos->name);
}

#include "iter_seq_show.h"

SEC("iter/dmabuf")
int show(struct bpf_iter__dmabuf *ctx)
{
	return iter_show(ctx->meta, ctx->dmabuf);
}
