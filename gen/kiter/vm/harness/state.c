// SPDX-License-Identifier: GPL-2.0-only
/* Which test and subtest is running, and how it fares. */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <test_progs.h>

#include "harness.h"
#include "protocol.h"

#define LOG_TAIL 6000

struct test_env env = { .jit_enabled = true };
struct kt_progress *kt_now;

static const char *wanted = "*";
static int sub_failures;
static int sub_skipped;
static bool quiet_library;

static int library_message(enum libbpf_print_level level, const char *fmt, va_list args)
{
	static __thread char *text;
	char *log, *prog, *end;

	if (level == LIBBPF_DEBUG)
		return 0;
	free(text);
	text = NULL;
	if (vasprintf(&text, fmt, args) < 0)
		return 0;

	log = strstr(text, "-- BEGIN PROG LOAD LOG --\n");
	prog = strstr(text, "prog '");
	if (log && prog) {
		prog += strlen("prog '");
		end = strchr(prog, '\'');
		if (end)
			*end = '\0';
		kt_verifier_log("rejected", prog, strchr(log, '\n') + 1);
		return 0;
	}
	if (!quiet_library)
		fputs(text, stderr);
	return 0;
}

void kt_quiet(bool quiet)
{
	quiet_library = quiet;
}

void kt_state_init(const char *only)
{
	if (only)
		wanted = only;
	kt_now = mmap(NULL, sizeof(*kt_now), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	env.nr_cpus = libbpf_num_possible_cpus();
	env.jit_enabled = is_jit_enabled();
	libbpf_set_print(library_message);
}

/* A pattern may name subtests: "css/walk*"; the test itself is the part before the slash. */
bool kt_wanted(const char *test)
{
	char pattern[NAME_LEN];

	snprintf(pattern, sizeof(pattern), "%s", wanted);
	strtok(pattern, "/");
	return !fnmatch(pattern, test, 0);
}

const char *kt_wanted_subtests(void)
{
	const char *slash = strchr(wanted, '/');

	return slash ? slash + 1 : "*";
}

static bool subtest_wanted(const char *name)
{
	return !fnmatch(kt_wanted_subtests(), name, 0);
}

static void where(const char *event)
{
	kt_begin(event);
	kt_str("test", kt_now->test);
	if (kt_now->subtest[0])
		kt_str("subtest", kt_now->subtest);
}

void kt_test_begin(const char *name)
{
	snprintf(kt_now->test, sizeof(kt_now->test), "%s", name);
	kt_now->subtest[0] = '\0';
	kt_now->failures = 0;
	kt_now->skipped = 0;
	kt_now->since = get_time_ns();
	where("test");
	kt_end();
}

void kt_test_end(void)
{
	test__end_subtest();
}

bool test__start_subtest(const char *name)
{
	test__end_subtest();
	if (!subtest_wanted(name))
		return false;
	snprintf(kt_now->subtest, sizeof(kt_now->subtest), "%s", name);
	kt_now->since = get_time_ns();
	sub_failures = 0;
	sub_skipped = 0;
	where("subtest");
	kt_end();
	return true;
}

void test__end_subtest(void)
{
	if (!kt_now->subtest[0])
		return;
	where("subtest_end");
	kt_num("failures", sub_failures);
	kt_num("skipped", sub_skipped);
	kt_num("us", (get_time_ns() - kt_now->since) / 1000);
	kt_end();
	kt_now->subtest[0] = '\0';
	kt_now->since = get_time_ns();
}

void test__skip(void)
{
	if (kt_now->subtest[0])
		sub_skipped = 1;
	else
		kt_now->skipped = 1;
}

void test__fail(void)
{
	__atomic_add_fetch(&kt_now->failures, 1, __ATOMIC_RELAXED);
	if (kt_now->subtest[0])
		__atomic_add_fetch(&sub_failures, 1, __ATOMIC_RELAXED);
}

void kt_fail(const char *func, const char *file, int line, const char *name, const char *fmt, ...)
{
	int saved = errno;
	char text[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';

	test__fail();
	where("failure");
	kt_str("function", func);
	kt_str("file", file);
	kt_num("line", line);
	kt_str("name", name);
	kt_str("text", text);
	kt_end();
	errno = saved;
}

void kt_verifier_log(const char *event, const char *prog, const char *log)
{
	size_t len = strlen(log);
	size_t skip = len > LOG_TAIL ? len - LOG_TAIL : 0;

	where(event);
	kt_str("program", prog);
	kt_text("log", log + skip, len - skip);
	kt_end();
}

int kern_sync_rcu(void)
{
	return syscall(__NR_membarrier, MEMBARRIER_CMD_SHARED, 0, 0);
}

bool is_jit_enabled(void)
{
	int fd = open("/proc/sys/net/core/bpf_jit_enable", O_RDONLY);
	char on = '1';

	if (fd < 0)
		return true;
	if (read(fd, &on, 1) != 1)
		on = '1';
	close(fd);
	return on != '0';
}
