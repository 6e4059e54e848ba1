// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "protocol.h"
#include "testing_helpers.h"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	close(fd);
}

static void job_line(struct job *job, char *key, char *value)
{
	if (!strcmp(key, "module") && job->nr_modules < MAX_MODULES)
		job->modules[job->nr_modules++] = strdup(value);
	else if (!strcmp(key, "only"))
		job->only = strdup(value);
	else if (!strcmp(key, "limit"))
		job->limit = atoi(value);
	else if (!strcmp(key, "shell"))
		job->shell = true;
}

void guest_read_job(struct job *job, const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *space;

		line[strcspn(line, "\n")] = '\0';
		space = strchr(line, ' ');
		if (space)
			*space = '\0';
		job_line(job, line, space ? space + 1 : "");
	}
	fclose(f);
}

int finit_module(int fd, const char *param_values, int flags)
{
	return syscall(__NR_finit_module, fd, param_values, flags);
}

int delete_module(const char *name, int flags)
{
	return syscall(__NR_delete_module, name, flags);
}

/* A record of /dev/kmsg is "level,number,time,flags;text\nkey=value...". */
static void report_kmsg(int kmsg, const char *module)
{
	char record[2048];
	ssize_t len;

	while ((len = read(kmsg, record, sizeof(record) - 1)) > 0) {
		char *text;

		record[len] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		kt_begin("kmsg");
		kt_str("module", module);
		kt_str("text", text + 1);
		kt_end();
	}
}

int guest_load_module(const char *path)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
	if (fd < 0 || finit_module(fd, "", 0))
		err = errno;
	kt_begin("module");
	kt_str("path", path);
	kt_num("errno", err);
	kt_end();
	if (err && kmsg >= 0)
		report_kmsg(kmsg, path);
	if (fd >= 0)
		close(fd);
	if (kmsg >= 0)
		close(kmsg);
	return err;
}

long guest_taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");
	long taint = 0;

	if (f && fscanf(f, "%ld", &taint) != 1)
		taint = 0;
	if (f)
		fclose(f);
	return taint;
}

void guest_backtraces(void)
{
	int i;

	write_file("/proc/sys/kernel/printk", "8");
	/* more than once: the console's own thread may be what runs on the CPU that hangs */
	for (i = 0; i < 3; i++) {
		write_file("/proc/sysrq-trigger", "l");
		sleep(1);
	}
}

void guest_shell(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/busybox", "setsid", "cttyhack", "/bin/busybox", "sh", NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

void guest_drop(void)
{
	write_file("/proc/sysrq-trigger", "b");
}

void guest_power_off(void)
{
	/* QEMU runs with -no-reboot; a kernel without ACPI cannot power off */
	reboot(RB_AUTOBOOT);
	guest_drop();
}
