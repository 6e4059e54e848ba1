/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the kernel's test_progs interface that iterator tests use, so
 * that one source builds here and below tools/testing/selftests/bpf.
 */
#ifndef __KITER_TEST_PROGS_H
#define __KITER_TEST_PROGS_H

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <linux/unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_util.h"
#include "testing_helpers.h"

enum verbosity {
	VERBOSE_NONE,
	VERBOSE_NORMAL,
	VERBOSE_VERY,
	VERBOSE_SUPER,
};

/* What tests may ask of their surroundings; there is no bpf_testmod here. */
struct test_env {
	enum verbosity verbosity;
	bool has_testmod;
	bool jit_enabled;
	int nr_cpus;
};

extern struct test_env env;

bool test__start_subtest(const char *name);
void test__end_subtest(void);
void test__skip(void);
void test__fail(void);

/* Counts a failure of the current subtest and reports it; errno survives. */
void kt_fail(const char *func, const char *file, int line, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#define KT_FAIL(name, fmt, args...) kt_fail(__func__, __FILE__, __LINE__, name, fmt, ##args)

#define PRINT_FAIL(fmt, args...) KT_FAIL("", fmt, ##args)

#define CHECK_FAIL(condition) ({					\
	bool ___bad = (condition);					\
	if (___bad)							\
		KT_FAIL(#condition, "is true");				\
	___bad;								\
})

#define ASSERT_FAIL(fmt, args...) ({					\
	KT_FAIL("", fmt, ##args);					\
	false;								\
})

#define ASSERT_TRUE(actual, name) ({					\
	bool ___ok = (actual);						\
	if (!___ok)							\
		KT_FAIL(name, "is false");				\
	___ok;								\
})

#define ASSERT_FALSE(actual, name) ({					\
	bool ___ok = !(actual);						\
	if (!___ok)							\
		KT_FAIL(name, "is true");				\
	___ok;								\
})

/* Both sides are evaluated once and compared in their own types. */
#define KT_COMPARE(actual, op, expected, name) ({			\
	typeof(actual) ___act = (actual);				\
	typeof(expected) ___exp = (expected);				\
	bool ___ok = ___act op ___exp;					\
	if (!___ok)							\
		KT_FAIL(name, "is %lld, wanted " #op " %lld",		\
			(long long)___act, (long long)___exp);		\
	___ok;								\
})

#define ASSERT_EQ(actual, expected, name) KT_COMPARE(actual, ==, expected, name)
#define ASSERT_NEQ(actual, expected, name) KT_COMPARE(actual, !=, expected, name)
#define ASSERT_LT(actual, expected, name) KT_COMPARE(actual, <, expected, name)
#define ASSERT_LE(actual, expected, name) KT_COMPARE(actual, <=, expected, name)
#define ASSERT_GT(actual, expected, name) KT_COMPARE(actual, >, expected, name)
#define ASSERT_GE(actual, expected, name) KT_COMPARE(actual, >=, expected, name)

#define ASSERT_STREQ(actual, expected, name) ({				\
	const char *___act = (actual);					\
	const char *___exp = (expected);				\
	bool ___ok = !strcmp(___act, ___exp);				\
	if (!___ok)							\
		KT_FAIL(name, "is \"%s\", wanted \"%s\"", ___act, ___exp); \
	___ok;								\
})

#define ASSERT_STRNEQ(actual, expected, len, name) ({			\
	const char *___act = (actual);					\
	const char *___exp = (expected);				\
	int ___len = (len);						\
	bool ___ok = !strncmp(___act, ___exp, ___len);			\
	if (!___ok)							\
		KT_FAIL(name, "is \"%.*s\", wanted \"%.*s\"",		\
			___len, ___act, ___len, ___exp);		\
	___ok;								\
})

#define ASSERT_HAS_SUBSTR(str, substr, name) ({				\
	const char *___str = (str);					\
	const char *___sub = (substr);					\
	bool ___ok = strstr(___str, ___sub);				\
	if (!___ok)							\
		KT_FAIL(name, "\"%s\" has no \"%s\"", ___str, ___sub);	\
	___ok;								\
})

#define ASSERT_MEMEQ(actual, expected, len, name) ({			\
	bool ___ok = !memcmp((actual), (expected), (len));		\
	if (!___ok)							\
		KT_FAIL(name, "%zu bytes differ", (size_t)(len));	\
	___ok;								\
})

#define ASSERT_OK(res, name) ({						\
	long long ___res = (res);					\
	bool ___ok = !___res;						\
	if (!___ok)							\
		KT_FAIL(name, "failed: %lld (errno %d)", ___res, errno); \
	___ok;								\
})

#define ASSERT_ERR(res, name) ({					\
	long long ___res = (res);					\
	bool ___ok = ___res < 0;					\
	if (!___ok)							\
		KT_FAIL(name, "succeeded: %lld, wanted an error", ___res); \
	___ok;								\
})

#define ASSERT_NULL(ptr, name) ({					\
	const void *___res = (ptr);					\
	bool ___ok = !___res;						\
	if (!___ok)							\
		KT_FAIL(name, "is %p, wanted NULL", ___res);		\
	___ok;								\
})

#define ASSERT_OK_PTR(ptr, name) ({					\
	const void *___res = (ptr);					\
	long ___err = libbpf_get_error(___res);				\
	bool ___ok = !___err;						\
	if (!___ok)							\
		KT_FAIL(name, "failed: %ld", ___err);			\
	___ok;								\
})

#define ASSERT_ERR_PTR(ptr, name) ({					\
	const void *___res = (ptr);					\
	bool ___ok = libbpf_get_error(___res);				\
	if (!___ok)							\
		KT_FAIL(name, "is %p, wanted an error", ___res);	\
	___ok;								\
})

#define ASSERT_OK_FD(fd, name) ({					\
	int ___fd = (fd);						\
	bool ___ok = ___fd >= 0;					\
	if (!___ok)							\
		KT_FAIL(name, "failed: %d (errno %d)", ___fd, errno);	\
	___ok;								\
})

#define ASSERT_ERR_FD(fd, name) ({					\
	int ___fd = (fd);						\
	bool ___ok = ___fd < 0;						\
	if (!___ok)							\
		KT_FAIL(name, "is %d, wanted an error", ___fd);		\
	___ok;								\
})

#define SYS(goto_label, fmt, ...) ({					\
	char ___cmd[1024];						\
	snprintf(___cmd, sizeof(___cmd), fmt, ##__VA_ARGS__);		\
	if (!ASSERT_OK(system(___cmd), ___cmd))				\
		goto goto_label;					\
})

static inline __u64 ptr_to_u64(const void *ptr)
{
	return (unsigned long)ptr;
}

static inline void *u64_to_ptr(__u64 ptr)
{
	return (void *)(unsigned long)ptr;
}

#ifdef __x86_64__
#define SYS_NANOSLEEP_KPROBE_NAME "__x64_sys_nanosleep"
#else
#define SYS_NANOSLEEP_KPROBE_NAME "sys_nanosleep"
#endif

typedef int (*pre_execution_cb)(struct bpf_object *obj);
typedef const void *(*skel_elf_bytes_fn)(size_t *sz);

struct test_loader {
	char *log_buf;
	size_t log_buf_sz;
	pre_execution_cb pre_execution_cb;
};

static inline void test_loader__set_pre_execution_cb(struct test_loader *tester,
						     pre_execution_cb cb)
{
	tester->pre_execution_cb = cb;
}

void test_loader__run_subtests(struct test_loader *tester, const char *skel_name,
			       skel_elf_bytes_fn elf_bytes_factory);
void test_loader_fini(struct test_loader *tester);

/* One subtest for each program of the skeleton, judged by its decl tags. */
#define RUN_TESTS(skel) ({						\
	struct test_loader ___tester = {};				\
	test_loader__run_subtests(&___tester, #skel, skel##__elf_bytes); \
	test_loader_fini(&___tester);					\
})

#endif /* __KITER_TEST_PROGS_H */
