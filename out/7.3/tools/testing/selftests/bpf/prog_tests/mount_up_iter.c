// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "mount_up_iter.skel.h"
#include "mount_up_iter_failure.skel.h"

/* include/uapi/linux/mount.h and stat.h, which may be older where this is built */
#define STATX_UNIQUE 0x4000
#define STATMOUNT_BASICS 3
#define NR_STATMOUNT 457

struct request {
	__u32 size, spare;
	__u64 id, param;
};

/* what statmount() gives, as far as it is of interest */
struct basics {
	__u32 size, options;
	__u64 mask;
	__u32 major, minor;
	__u64 magic;
	__u32 flags, type;
	__u64 id, parent;
	__u64 rest[64];
};

/* a mount in a mount, and the working directory in that */
static char outer[32] = "/tmp/above-XXXXXX", inner[48];
static int before = -1;

static bool known(__u64 id, struct basics *found)
{
	struct request request = { .size = sizeof(request), .id = id, .param = STATMOUNT_BASICS };

	return !syscall(NR_STATMOUNT, &request, found, sizeof(*found), 0);
}

/* a mount is known by its file system, whose number is as in include/linux/kdev_t.h */
static void mounts_above(int start, struct ids *want)
{
	struct basics found = {};
	struct statx here = {};

	want->nr = 0;
	if (!ASSERT_OK(statx(AT_FDCWD, ".", 0, STATX_UNIQUE, &here), "statx"))
		return;
	found.parent = here.stx_mnt_id;
	while (want->nr < MAX_ELEMS && found.parent != found.id && known(found.parent, &found))
		want->id[want->nr++] = (__u64)found.major << 20 | found.minor;
}

static int set_up(void)
{
	mkdir("/tmp", 01777);
	before = open(".", O_RDONLY | O_DIRECTORY);
	if (before < 0 || !mkdtemp(outer) || mount("none", outer, "tmpfs", 0, NULL))
		return -1;
	snprintf(inner, sizeof(inner), "%s/inner", outer);
	return mkdir(inner, 0755) || mount("none", inner, "tmpfs", 0, NULL) || chdir(inner);
}

static void tear_down(void)
{
	ASSERT_OK(fchdir(before), "fchdir");
	close(before);
	umount(inner);
	umount(outer);
	rmdir(outer);
}

static struct mount_up_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = mounts_above },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = 1,
	.leaks = 100,
	.allocates = true,
	.frees_late = true,
	.known = true,
	.ordered = true,
	.alike = true,
};

void test_mount_up_iter(void)
{
	skel = mount_up_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	mount_up_iter__destroy(skel);

	RUN_TESTS(mount_up_iter_failure);
}
