/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KITER_TESTING_HELPERS_H
#define __KITER_TESTING_HELPERS_H

#include <stdbool.h>
#include <time.h>
#include <linux/types.h>

/* Waits until every RCU grace period that has begun is over. */
int kern_sync_rcu(void);
/* The flags that every tested program is loaded with. */
int testing_prog_flags(void);
bool is_jit_enabled(void);
int finit_module(int fd, const char *param_values, int flags);
int delete_module(const char *name, int flags);

static inline __u64 get_time_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif /* __KITER_TESTING_HELPERS_H */
