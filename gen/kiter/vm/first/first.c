// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's first process: all that comes before a job, and so is the same in
 * every run. A guest can be kept where it waits for the job, and resumed there.
 *
 * The job is an archive (cpio, "newc") on a channel of its own. It is unpacked
 * over the root, and what runs the tests, /runner, takes the place of this.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESULTS "/dev/vport0p1"
#define JOB "/dev/vport0p2"
#define CHANNEL_MS 2000
#define JOB_MS 60000

/* The header's numbers have eight hexadecimal digits each, behind its magic. */
enum { MODE = 1, SIZE = 6, NAME_SIZE = 11, NUMBERS = 13 };

static const struct {
	const char *type;
	const char *where;
} mounts[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "tmpfs", "/tmp" },
	{ "cgroup2", "/sys/fs/cgroup" },
	{ "bpf", "/sys/fs/bpf" },
	{ "debugfs", "/sys/kernel/debug" },
	{ "tracefs", "/sys/kernel/tracing" },
};

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	reboot(RB_AUTOBOOT);
	_exit(1);
}

/* What the kernel was built without is not mounted, and not missed by most. */
static void mount_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].where, 0755);
		mount("none", mounts[i].where, mounts[i].type, 0, NULL);
	}
}

/* The host announces its channels one by one, while this runs already. */
static int open_channel(const char *path, int flags)
{
	int fd, tries;

	for (tries = 0; tries < CHANNEL_MS; tries++) {
		fd = open(path, flags | O_NOCTTY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		usleep(1000);
	}
	die(path);
}

static void report_ready(void)
{
	static const char line[] = "{\"event\":\"ready\"}\n";
	int fd = open_channel(RESULTS, O_WRONLY);

	if (write(fd, line, strlen(line)) < 0)
		die(RESULTS);
	close(fd);
}

/* A guest that nobody wants any more ends by itself. */
static void wait_for_job(int fd)
{
	struct pollfd job = { .fd = fd, .events = POLLIN };

	if (poll(&job, 1, JOB_MS) <= 0)
		die(JOB);
}

static void take(FILE *in, void *to, size_t size)
{
	if (fread(to, 1, size, in) != size)
		die(JOB);
}

/* Each part of the archive ends at a multiple of four bytes. */
static void skip_padding(FILE *in, size_t size)
{
	char padding[4];

	take(in, padding, -size & 3);
}

static void write_out(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n <= 0)
			die("/");
		bytes += n;
		size -= n;
	}
}

static void unpack_file(FILE *in, const char *path, unsigned int mode, size_t size)
{
	static char bytes[64 * 1024];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode & 0777);
	size_t left, part;

	if (fd < 0)
		die(path);
	for (left = size; left; left -= part) {
		part = left < sizeof(bytes) ? left : sizeof(bytes);
		take(in, bytes, part);
		write_out(fd, bytes, part);
	}
	close(fd);
	skip_padding(in, size);
}

static void take_header(FILE *in, unsigned int numbers[NUMBERS])
{
	char magic[6], digits[9] = "";
	int i;

	take(in, magic, sizeof(magic));
	if (memcmp(magic, "070701", sizeof(magic)))
		die("the job's archive");
	for (i = 0; i < NUMBERS; i++) {
		take(in, digits, 8);
		numbers[i] = strtoul(digits, NULL, 16);
	}
}

/* false at the end of the archive. */
static bool unpack_one(FILE *in)
{
	unsigned int numbers[NUMBERS];
	char path[4096] = "/";

	take_header(in, numbers);
	if (numbers[NAME_SIZE] > sizeof(path) - 1)
		die("the job's archive");
	take(in, path + 1, numbers[NAME_SIZE]);
	skip_padding(in, sizeof("070701") - 1 + 8 * NUMBERS + numbers[NAME_SIZE]);
	if (!strcmp(path, "/TRAILER!!!"))
		return false;
	if (S_ISDIR(numbers[MODE]))
		mkdir(path, numbers[MODE] & 0777);
	else if (S_ISREG(numbers[MODE]))
		unpack_file(in, path, numbers[MODE], numbers[SIZE]);
	return true;
}

int main(void)
{
	FILE *in;
	int fd;

	mount_all();
	fd = open_channel(JOB, O_RDONLY);
	report_ready();
	wait_for_job(fd);
	in = fdopen(fd, "r");
	if (!in)
		die(JOB);
	while (unpack_one(in))
		;
	fclose(in);
	execl("/runner", "/runner", NULL);
	die("/runner");
}
