/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cgroups for tests: the functions that the kernel's selftests have under the
 * same names. Paths are relative to a directory of the test's own, which
 * setup_cgroup_environment() makes in a cgroup2 mount of the test's own.
 */
#ifndef __KITER_CGROUP_HELPERS_H
#define __KITER_CGROUP_HELPERS_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define clean_errno() (errno == 0 ? "None" : strerror(errno))
#define log_err(MSG, ...) fprintf(stderr, "(%s:%d: errno: %s) " MSG "\n", \
	__FILE__, __LINE__, clean_errno(), ##__VA_ARGS__)

/* 0 or 1; cleanup_cgroup_environment() undoes it and may be called twice. */
int setup_cgroup_environment(void);
void cleanup_cgroup_environment(void);

/* The descriptor, or a negative value; creating what exists already is fine. */
int create_and_get_cgroup(const char *relative_path);
int get_root_cgroup(void);
int cgroup_setup_and_join(const char *relative_path);
void remove_cgroup(const char *relative_path);
/* 0 is no valid id and means failure. */
unsigned long long get_cgroup_id(const char *relative_path);

/* 0 or 1 */
int join_cgroup(const char *relative_path);
int join_root_cgroup(void);
int join_parent_cgroup(const char *relative_path);
int enable_controllers(const char *relative_path, const char *controllers);
int write_cgroup_file(const char *relative_path, const char *file, const char *buf);
int write_cgroup_file_parent(const char *relative_path, const char *file, const char *buf);

#endif /* __KITER_CGROUP_HELPERS_H */
