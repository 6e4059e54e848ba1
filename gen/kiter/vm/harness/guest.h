/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine around the tests: modules, the kernel's log, power. */
#ifndef __KITER_GUEST_H
#define __KITER_GUEST_H

#include <stdbool.h>

#define MAX_MODULES 64

struct job {
	char *modules[MAX_MODULES];
	int nr_modules;
	char *only;
	int limit;
	bool shell;
};

void guest_read_job(struct job *job, const char *path);
/* 0, or the errno; on failure the kernel's messages are reported too. */
int guest_load_module(const char *path);
long guest_taint(void);
/* Asks the kernel for a backtrace of every CPU, on the console. */
void guest_backtraces(void);
void guest_shell(void);
/* At once: an orderly end waits for grace periods, and so for what hangs. */
void guest_drop(void);
/* Returns only if the kernel refuses. */
void guest_power_off(void);

#endif /* __KITER_GUEST_H */
