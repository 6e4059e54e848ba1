// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define ITER dmabuf
#define ITER_SECTION "syscall"
#define ITER_WALK_ONLY 1
#define iter_new(it) bpf_iter_dmabuf_new(it)
#define iter_for_each(pos) bpf_for_each(dmabuf, pos)

char _license[] SEC("license") = "GPL";

/* what user space knows an element by */
static __always_inline u64 iter_id(struct dma_buf *pos)
{
	return pos->file->f_inode->i_ino;
}

#include "iter_walks.h"

#define MAX_PADS 1024

/* what the test asks for: each element twice, and how much is shown behind it */
int again, pads;

/* what the program found */
u32 nr_shown, nr_ends;
u64 last_id, last_seq_num;
bool shown;
char pad[1024];

SEC("iter/dmabuf")
int show(struct bpf_iter__dmabuf *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct dma_buf *pos = ctx->dmabuf;
	u64 id;
	int i;

	if (!pos) {
		nr_ends++;
		return 0;
	}

	id = iter_id(pos);
	nr_shown++;
	last_id = id;
	last_seq_num = ctx->meta->seq_num;
	shown = !shown;
	if (again && shown)
		return 1;

	bpf_seq_write(seq, &id, sizeof(id));
	for (i = 0; i < pads && i < MAX_PADS; i++)
		bpf_seq_write(seq, pad, sizeof(pad));

	return 0;
}
