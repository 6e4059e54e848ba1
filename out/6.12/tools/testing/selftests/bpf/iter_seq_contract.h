/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program of SEC("iter/...") shares with the test that reads what it
 * shows: progs/iter_seq_show.h and prog_tests/iter_seq_tests.h.
 */
#ifndef __ITER_SEQ_CONTRACT_H
#define __ITER_SEQ_CONTRACT_H

/* what is shown behind the number of an element, how often at most */
#define ITER_PAD 1024
#define MAX_PADS 1024

/* what a test asks of the program */
struct iter_seq_asked {
	/* each element twice */
	__s32 again;
	__s32 pads;
};

/* what the program found */
struct iter_seq_found {
	__u32 nr_shown, nr_ends;
	__u64 last_id, last_seq_num;
	/* the element has been there once, if each is asked for twice */
	__s32 shown;
};

#endif /* __ITER_SEQ_CONTRACT_H */
