/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the harness share. */
#ifndef __KITER_HARNESS_H
#define __KITER_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define NAME_LEN 256

/* Written by the process that runs a test, read by the one that watches it. */
struct kt_progress {
	char test[NAME_LEN];
	char subtest[NAME_LEN];
	int failures;
	int skipped;
	__u64 since;
};

extern struct kt_progress *kt_now;

/* The generated table of the prog_tests/ functions, ended by a NULL name. */
struct kt_test {
	const char *name;
	void (*run)(void);
};

extern const struct kt_test kt_tests[];

/* Before the first fork, for all that follow. */
void kt_read_btf(void);
void kt_state_init(const char *only);
bool kt_wanted(const char *test);
/* The pattern for the subtests of every test that is wanted. */
const char *kt_wanted_subtests(void);
/* Runs the current test by the kernel's test_progs, which is in /test_progs. */
void kt_test_progs(void);
void kt_test_begin(const char *name);
void kt_test_end(void);
/* A log of the verifier: its end, where the reason stands. */
void kt_verifier_log(const char *event, const char *prog, const char *log);
/* The library's complaints since the last call go no further. */
void kt_quiet(bool quiet);

#endif /* __KITER_HARNESS_H */
