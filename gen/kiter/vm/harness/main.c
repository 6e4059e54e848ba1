// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest is for: loads the modules of /job, runs every test in a process
 * of its own, reports on the results channel, and powers off.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/utsname.h>

#include <test_progs.h>

#include "guest.h"
#include "harness.h"
#include "protocol.h"

#define OUTPUT_FILE "/tmp/output"
#define OUTPUT_MAX 20000

static const char *const channels[] = { "/dev/vport0p1", "/dev/ttyS1", NULL };

static void report_boot(void)
{
	struct utsname name;

	uname(&name);
	kt_begin("boot");
	kt_str("release", name.release);
	kt_num("us", get_time_ns() / 1000);
	kt_end();
}

static void report_output(const char *test)
{
	static char text[OUTPUT_MAX];
	int fd = open(OUTPUT_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (len > 0) {
		kt_begin("output");
		kt_str("test", test);
		kt_text("text", text, len);
		kt_end();
	}
	if (fd >= 0)
		close(fd);
}

static void capture_output(void)
{
	int fd = open(OUTPUT_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	close(fd);
}

static void __attribute__((noreturn)) child(const struct kt_test *test)
{
	signal(SIGCHLD, SIG_DFL);
	capture_output();
	kt_test_begin(test->name);
	test->run();
	kt_test_end();
	fflush(NULL);
	_exit(0);
}

static double seconds_in_subtest(void)
{
	/* read before the clock: the child may begin another subtest in between */
	__u64 since = __atomic_load_n(&kt_now->since, __ATOMIC_ACQUIRE);

	return (get_time_ns() - since) / 1e9;
}

/* The wait status, or -1 if the test is over its time and will not end. */
static int watch(pid_t pid, int limit)
{
	int status;

	for (;;) {
		struct timespec nap = { .tv_nsec = 500 * 1000 };

		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (limit && seconds_in_subtest() > limit)
			return -1;
		nanosleep(&nap, NULL);
	}
}

static void report_hang(void)
{
	kt_begin("hang");
	kt_str("test", kt_now->test);
	kt_str("subtest", kt_now->subtest);
	kt_num("us", (get_time_ns() - kt_now->since) / 1000);
	kt_end();
}

static void report_test(const struct kt_test *test, int status, __u64 since)
{
	kt_begin("test_end");
	kt_str("test", test->name);
	kt_num("failures", kt_now->failures);
	kt_num("skipped", kt_now->skipped);
	kt_num("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	kt_num("status", WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	kt_num("us", (get_time_ns() - since) / 1000);
	kt_end();
}

/* false if the machine is not to be trusted any more. */
static bool run_test(const struct kt_test *test, int limit)
{
	__u64 since = get_time_ns();
	int status;
	pid_t pid;

	kt_now->since = since;
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(test);
	status = watch(pid, limit);
	if (status < 0) {
		report_hang();
		guest_backtraces();
		return false;
	}
	report_output(test->name);
	report_test(test, status, since);
	return true;
}

static bool load_modules(const struct job *job)
{
	bool ok = true;
	int i;

	for (i = 0; i < job->nr_modules; i++)
		ok &= !guest_load_module(job->modules[i]);
	return ok;
}

/* false if something in the kernel did not come to its end. */
static bool run_job(const struct job *job)
{
	const struct kt_test *test;
	bool loaded = load_modules(job), sane = true;

	for (test = kt_tests; loaded && sane && test->name; test++)
		if (kt_wanted(test->name))
			sane = run_test(test, job->limit);
	kt_begin("end");
	kt_num("taint", guest_taint());
	kt_num("us", get_time_ns() / 1000);
	kt_end();
	return sane;
}

int main(int argc, char **argv)
{
	struct job job = { .limit = 10 };
	bool first = getpid() == 1;
	bool sane;

	kt_open(first ? channels : NULL);
	guest_read_job(&job, argc > 1 ? argv[1] : "/job");
	report_boot();
	kt_state_init(job.only);
	kt_read_btf();
	sane = run_job(&job);
	if (job.shell)
		guest_shell();
	if (first && !sane)
		guest_drop();
	if (first)
		guest_power_off();
	return 0;
}
