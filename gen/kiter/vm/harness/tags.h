/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program's tags (bpf_misc.h) ask for. */
#ifndef __KITER_TAGS_H
#define __KITER_TAGS_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#define MAX_MSGS 32

/* As in bpf_misc.h, which is for BPF programs. */
#define POINTER_VALUE 0xbadcafe
#define TEST_DATA_LEN 64

struct expectation {
	const char *pattern;
	bool absent;
};

/* How a program is to end with all privileges, or with few. */
struct prog_mode {
	struct expectation msgs[MAX_MSGS];
	int nr_msgs;
	bool wanted;
	bool judged;
	bool failure;
};

/* caps are those kept without privileges; without them that mode is skipped. */
struct prog_tags {
	const char *name;
	const char *title;
	struct prog_mode priv;
	struct prog_mode unpriv;
	__u64 caps;
	bool auxiliary;
	bool foreign_arch;
	bool run;
	int retval;
	int log_level;
	unsigned int flags;
	const char *btf_path;
};

/* 0, or a negative errno after it has told what is wrong. */
int read_tags(const struct bpf_object *obj, const struct bpf_program *prog,
	      struct prog_tags *tags);
/* Looks for the messages in turn; tells which is missing and returns false. */
bool match_messages(const struct prog_mode *mode, const char *log);

#endif /* __KITER_TAGS_H */
