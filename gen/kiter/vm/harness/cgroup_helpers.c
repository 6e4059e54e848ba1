// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_helpers.h"

#define MOUNT_POINT "/mnt"

static bool mounted;

static void path_of(char *path, pid_t owner, const char *relative)
{
	snprintf(path, PATH_MAX, "%s/kiter-%d%s", MOUNT_POINT, owner, relative);
}

static int write_text(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX + NAME_MAX];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY);
	if (fd < 0) {
		log_err("opening %s", path);
		return 1;
	}
	err = dprintf(fd, "%s", text) <= 0;
	if (err)
		log_err("writing \"%s\" to %s", text, path);
	close(fd);
	return err;
}

static int read_text(const char *dir, const char *file, char *text, size_t size)
{
	char path[PATH_MAX + NAME_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, size - 1);
	if (len < 0) {
		log_err("reading %s", path);
		text[0] = '\0';
	} else {
		text[len] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return len < 0;
}

static int enable_in(const char *dir, const char *controllers)
{
	char list[1024], one[128];
	char *name, *next;

	if (controllers)
		snprintf(list, sizeof(list), "%s", controllers);
	else if (read_text(dir, "cgroup.controllers", list, sizeof(list)))
		return 1;
	for (name = strtok_r(list, " \n", &next); name; name = strtok_r(NULL, " \n", &next)) {
		snprintf(one, sizeof(one), "+%s", name);
		if (write_text(dir, "cgroup.subtree_control", one))
			return 1;
	}
	return 0;
}

static int join(const char *dir)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	return write_text(dir, "cgroup.procs", pid);
}

static int remove_dir(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_DP && rmdir(path))
		log_err("removing %s", path);
	return 0;
}

static void remove_own(void)
{
	char dir[PATH_MAX];

	path_of(dir, getpid(), "");
	if (access(dir, F_OK))
		return;
	join(MOUNT_POINT);
	nftw(dir, remove_dir, 16, FTW_DEPTH | FTW_MOUNT | FTW_PHYS);
}

/* The mount is the test's own, so that nothing stays behind if it dies. */
static int mount_own(void)
{
	if (mkdir(MOUNT_POINT, 0755) && errno != EEXIST) {
		log_err("making %s", MOUNT_POINT);
		return 1;
	}
	if (unshare(CLONE_NEWNS)) {
		log_err("unsharing the mounts");
		return 1;
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		log_err("making the mounts private");
		return 1;
	}
	if (mount("none", MOUNT_POINT, "cgroup2", 0, NULL) && errno != EBUSY) {
		log_err("mounting cgroup2");
		return 1;
	}
	mounted = true;
	return 0;
}

int setup_cgroup_environment(void)
{
	char dir[PATH_MAX];

	if (mount_own())
		return 1;
	remove_own();
	path_of(dir, getpid(), "");
	if (mkdir(dir, 0755) && errno != EEXIST) {
		log_err("making %s", dir);
		return 1;
	}
	return enable_in(MOUNT_POINT, NULL) || enable_in(dir, NULL);
}

void cleanup_cgroup_environment(void)
{
	remove_own();
	if (mounted && umount(MOUNT_POINT))
		log_err("unmounting %s", MOUNT_POINT);
	mounted = false;
}

int create_and_get_cgroup(const char *relative_path)
{
	char dir[PATH_MAX];
	int fd;

	path_of(dir, getpid(), relative_path);
	if (mkdir(dir, 0755) && errno != EEXIST) {
		log_err("making %s", dir);
		return -1;
	}
	fd = open(dir, O_RDONLY);
	if (fd < 0)
		log_err("opening %s", dir);
	return fd;
}

int get_root_cgroup(void)
{
	int fd = open(MOUNT_POINT, O_RDONLY);

	if (fd < 0)
		log_err("opening %s", MOUNT_POINT);
	return fd;
}

void remove_cgroup(const char *relative_path)
{
	char dir[PATH_MAX];

	path_of(dir, getpid(), relative_path);
	if (rmdir(dir))
		log_err("removing %s", dir);
}

/* A cgroup's file handle is its id. */
unsigned long long get_cgroup_id(const char *relative_path)
{
	struct {
		struct file_handle handle;
		unsigned long long id;
	} h = { .handle.handle_bytes = sizeof(h.id) };
	unsigned long long id;
	char dir[PATH_MAX];
	int mount_id;

	path_of(dir, getpid(), relative_path);
	if (name_to_handle_at(AT_FDCWD, dir, &h.handle, &mount_id, 0) ||
	    h.handle.handle_bytes != sizeof(id)) {
		log_err("no handle of %s", dir);
		return 0;
	}
	memcpy(&id, h.handle.f_handle, sizeof(id));
	return id;
}

int join_cgroup(const char *relative_path)
{
	char dir[PATH_MAX];

	path_of(dir, getpid(), relative_path);
	return join(dir);
}

int join_parent_cgroup(const char *relative_path)
{
	char dir[PATH_MAX];

	path_of(dir, getppid(), relative_path);
	return join(dir);
}

int join_root_cgroup(void)
{
	return join(MOUNT_POINT);
}

int enable_controllers(const char *relative_path, const char *controllers)
{
	char dir[PATH_MAX];

	path_of(dir, getpid(), relative_path);
	return enable_in(dir, controllers);
}

int write_cgroup_file(const char *relative_path, const char *file, const char *buf)
{
	char dir[PATH_MAX];

	path_of(dir, getpid(), relative_path);
	return write_text(dir, file, buf);
}

int write_cgroup_file_parent(const char *relative_path, const char *file, const char *buf)
{
	char dir[PATH_MAX];

	path_of(dir, getppid(), relative_path);
	return write_text(dir, file, buf);
}

int cgroup_setup_and_join(const char *relative_path)
{
	int fd = -EINVAL;

	if (!setup_cgroup_environment())
		fd = create_and_get_cgroup(relative_path);
	if (fd >= 0 && !join_cgroup(relative_path))
		return fd;
	if (fd >= 0)
		close(fd);
	cleanup_cgroup_environment();
	return -EINVAL;
}
