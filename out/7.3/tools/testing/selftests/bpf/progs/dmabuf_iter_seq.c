// SPDX-License-Identifier: GPL-2.0-only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

#define MAX_ELEMS (16 * 1024)
#define MAX_PADS 1024

char _license[] SEC("license") = "GPL";

/* what the test asks for: each element twice, and how much is shown behind it */
int again, pads;

/* what the programs found */
u64 elems[MAX_ELEMS];
u32 nr_elems, nr_shown, nr_ends;
u64 last_id, last_seq_num;
bool asked;
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

	id = pos->file->f_inode->i_ino;
	nr_shown++;
	last_id = id;
	last_seq_num = ctx->meta->seq_num;
	asked = !asked;
	if (again && asked)
		return 1;

	bpf_seq_write(seq, &id, sizeof(id));
	for (i = 0; i < pads && i < MAX_PADS; i++)
		bpf_seq_write(seq, pad, sizeof(pad));

	return 0;
}

SEC("syscall")
int walk(void *ctx)
{
	struct dma_buf *pos;
	u64 id;

	nr_elems = 0;

	bpf_for_each(dmabuf, pos) {
		id = pos->file->f_inode->i_ino;
		if (nr_elems < MAX_ELEMS)
			elems[nr_elems] = id;
		if (++nr_elems >= MAX_ELEMS)
			break;
	}

	return 0;
}
