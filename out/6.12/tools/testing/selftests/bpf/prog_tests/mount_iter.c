// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "mount_iter.skel.h"
#include "mount_iter_failure.skel.h"

/* include/uapi/linux/mount.h and stat.h, which may be older where this is built */
#define STATX_UNIQUE 0x4000
#define STATMOUNT_BASIC 2
#define NR_STATMOUNT 457
#define NR_LISTMOUNT 458

struct request {
	__u32 size, spare;
	__u64 id, param;
};

/* what statmount() gives, as far as it is of interest */
struct basics {
	__u32 size, options;
	__u64 mask;
	__u32 device[2];
	__u64 magic;
	__u32 flags, type;
	__u64 id, parent;
	__u64 rest[64];
};

static char first[32] = "/tmp/mount-XXXXXX", second[32] = "/tmp/mount-XXXXXX";
static long nr_busy;

/* 0 where nobody tells */
static __u64 mount_of(const char *path)
{
	struct statx found = {};

	return statx(AT_FDCWD, path, 0, STATX_UNIQUE, &found) ? 0 : found.stx_mnt_id;
}

static __u64 parent_of(__u64 id)
{
	struct request request = { .size = sizeof(request), .id = id, .param = STATMOUNT_BASIC };
	struct basics found = {};

	return syscall(NR_STATMOUNT, &request, &found, sizeof(found), 0) ? 0 : found.parent;
}

/* that at the root of the namespace, which may be out of reach below ours */
static __u64 lowest(void)
{
	__u64 id = mount_of("/"), parent = parent_of(id);

	while (parent && parent != id) {
		id = parent;
		parent = parent_of(id);
	}
	return id;
}

static int by_number(const void *a, const void *b)
{
	__u64 one = *(const __u64 *)a, other = *(const __u64 *)b;

	return one < other ? -1 : one > other;
}

static void mounts(int start, struct ids *want)
{
	struct request request = { .size = sizeof(request), .id = lowest() };
	long nr;

	want->nr = 0;
	nr = syscall(NR_LISTMOUNT, &request, want->id + 1, MAX_ELEMS - 1, 0);
	if (!ASSERT_GE(nr, 0, "listmount"))
		return;
	want->id[0] = request.id;
	want->nr = nr + 1;
	qsort(want->id, want->nr, sizeof(want->id[0]), by_number);
}

static __u64 mounted(const char *path)
{
	ASSERT_OK(mount("none", path, "tmpfs", 0, NULL), "mount");
	return mount_of(path);
}

/* one that is not in use goes at once, one that is when it is put */
static void unmounted(const char *path)
{
	if (!umount(path))
		return;
	nr_busy++;
	umount2(path, MNT_DETACH);
}

static __u64 create_element(void)
{
	return mounted(first);
}

static void remove_element(void)
{
	unmounted(first);
}

static __u64 create_next(void)
{
	return mounted(second);
}

static void remove_next(void)
{
	unmounted(second);
}

static long references(void)
{
	return nr_busy;
}

static int set_up(void)
{
	mkdir("/tmp", 01777);
	return !mkdtemp(first) || !mkdtemp(second);
}

static void tear_down(void)
{
	rmdir(first);
	rmdir(second);
}

static struct mount_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = mounts, .meets = true },
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
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.references = references,
	.leaks = 1,
	.known = true,
	.ordered = true,
};

void test_mount_iter(void)
{
	skel = mount_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	mount_iter__destroy(skel);

	RUN_TESTS(mount_iter_failure);
}
