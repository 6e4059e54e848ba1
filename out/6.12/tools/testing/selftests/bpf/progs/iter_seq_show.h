/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program of SEC("iter/...") that shows the elements of a walk beside the
 * open-coded one. A file says ahead what iter_walks.h asks for, and has its
 * program call iter_show().
 */
#ifndef __ITER_SEQ_SHOW_H
#define __ITER_SEQ_SHOW_H

#define ITER_WALK_ONLY 1
#include "iter_walks.h"
#include "iter_seq_contract.h"

struct iter_seq_asked seq_asked;
struct iter_seq_found seq_found;
char pad[ITER_PAD];

/* the number of an element, with as many bytes behind it as are asked for */
static __always_inline int iter_show(struct bpf_iter_meta *meta, iter_elem *pos)
{
	struct seq_file *seq = meta->seq;
	u64 id;
	int i;

	if (!pos) {
		seq_found.nr_ends++;
		return 0;
	}

	id = iter_id(pos);
	seq_found.nr_shown++;
	seq_found.last_id = id;
	seq_found.last_seq_num = meta->seq_num;
	seq_found.shown = !seq_found.shown;
	if (seq_asked.again && seq_found.shown)
		return 1;

	bpf_seq_write(seq, &id, sizeof(id));
	for (i = 0; i < seq_asked.pads && i < MAX_PADS; i++)
		bpf_seq_write(seq, pad, sizeof(pad));

	return 0;
}

#endif /* __ITER_SEQ_SHOW_H */
