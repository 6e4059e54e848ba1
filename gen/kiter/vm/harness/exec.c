// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test that the kernel's own test_progs runs: started here, and what it says
 * passed on line by line, for the host to make sense of.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <termios.h>

#include <test_progs.h>

#include "harness.h"
#include "protocol.h"

#define FOLDER "/test_progs"
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static char line[16 * 1024];
static size_t line_len;

static bool is_success(void)
{
	return !strncmp(line + strspn(line, WORD), ":PASS:", strlen(":PASS:"));
}

/* Of the assertions that held there are thousands: they stay here. */
static void line_done(void)
{
	line[line_len] = '\0';
	if (!is_success()) {
		kt_begin("line");
		kt_str("test", kt_now->test);
		kt_num("us", get_time_ns() / 1000);
		kt_text("text", line, line_len);
		kt_end();
	}
	/* a subtest ends with a line such as "#1/2 test/subtest:OK" */
	if (line[0] == '#')
		kt_now->since = get_time_ns();
	line_len = 0;
}

static void take(const char *text, ssize_t len)
{
	for (; len > 0; len--, text++) {
		if (*text == '\n' || line_len == sizeof(line) - 1)
			line_done();
		if (*text != '\n')
			line[line_len++] = *text;
	}
}

/* A terminal: into a pipe it would write late, and nothing at all if it crashed. */
static int open_terminal(int *slave)
{
	struct termios mode;
	int master;

	mkdir("/dev/pts", 0755);
	if (access("/dev/pts/ptmx", F_OK))
		mount("none", "/dev/pts", "devpts", 0, NULL);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || tcgetattr(*slave, &mode))
		return -1;
	cfmakeraw(&mode);
	tcsetattr(*slave, TCSANOW, &mode);
	fcntl(master, F_SETFL, O_NONBLOCK);
	return master;
}

static void __attribute__((noreturn)) become_test_progs(int slave)
{
	char wanted[2 * NAME_LEN];

	dup2(slave, STDIN_FILENO);
	dup2(slave, STDOUT_FILENO);
	dup2(slave, STDERR_FILENO);
	snprintf(wanted, sizeof(wanted), "%s/%s", kt_now->test, kt_wanted_subtests());
	if (!chdir(FOLDER))
		execl("test_progs", "test_progs", "-v", "-a", wanted, NULL);
	fprintf(stderr, "cannot run test_progs: %s\n", strerror(errno));
	_exit(127);
}

static int pass_on(int master, pid_t pid)
{
	struct pollfd ready = { .fd = master, .events = POLLIN };
	char text[4096];
	bool over;
	int status;
	ssize_t len;

	do {
		over = waitpid(pid, &status, WNOHANG) == pid;
		while ((len = read(master, text, sizeof(text))) > 0)
			take(text, len);
		/* a process that it has left behind does not keep us waiting */
		if (!over)
			poll(&ready, 1, 20);
	} while (!over);
	if (line_len)
		line_done();
	return status;
}

/* It ends as test_progs does, where 1 only says that something has failed. */
void kt_test_progs(void)
{
	int slave, master = open_terminal(&slave);
	int status;
	pid_t pid;

	if (!ASSERT_OK_FD(master, "terminal"))
		return;
	pid = fork();
	if (!pid)
		become_test_progs(slave);
	close(slave);
	status = pass_on(master, pid);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	if (WEXITSTATUS(status) > 1)
		_exit(WEXITSTATUS(status));
}
