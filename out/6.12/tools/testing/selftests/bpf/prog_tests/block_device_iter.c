// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "block_device_iter.skel.h"
#include "block_device_iter_failure.skel.h"

#define SECTOR 512

/* a disk that nobody uses: partitions are added to it, but nothing is written */
static int disk = -1;
static char disk_name[32];

/* as in include/linux/kdev_t.h */
static __u64 number_of(const char *name)
{
	unsigned int major, minor;
	char path[320];
	FILE *file;
	int nr;

	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	nr = fscanf(file, "%u:%u", &major, &minor);
	fclose(file);
	return nr == 2 ? (__u64)major << 20 | minor : 0;
}

static void block_devices(int start, struct ids *want)
{
	struct dirent *entry;
	DIR *dir;

	want->nr = 0;
	dir = opendir("/sys/class/block");
	if (!ASSERT_OK_PTR(dir, "/sys/class/block"))
		return;
	while (want->nr < MAX_ELEMS && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			want->id[want->nr++] = number_of(entry->d_name);
	closedir(dir);
}

/* adds a partition to the disk, or removes it */
static int partition(int op, int number)
{
	struct blkpg_partition part = {
		.start = number * 8 * SECTOR, .length = 8 * SECTOR, .pno = number,
	};
	struct blkpg_ioctl_arg arg = { .op = op, .datalen = sizeof(part), .data = &part };

	return ioctl(disk, BLKPG, &arg);
}

static __u64 add_partition(int number)
{
	size_t size = strlen(disk_name);
	char name[64];

	ASSERT_OK(partition(BLKPG_ADD_PARTITION, number), "add_partition");
	snprintf(name, sizeof(name), "%s%s%d", disk_name,
		 disk_name[size - 1] <= '9' ? "p" : "", number);
	return number_of(name);
}

static __u64 create_element(void)
{
	return add_partition(1);
}

static void remove_element(void)
{
	partition(BLKPG_DEL_PARTITION, 1);
}

static __u64 create_next(void)
{
	return add_partition(2);
}

static void remove_next(void)
{
	partition(BLKPG_DEL_PARTITION, 2);
}

/* only who has it alone may open it so, and one with partitions of its own refuses others */
static bool take(const char *name)
{
	char path[320];

	snprintf(path, sizeof(path), "/dev/%s", name);
	disk = open(path, O_RDWR | O_EXCL);
	if (disk < 0)
		return false;
	snprintf(disk_name, sizeof(disk_name), "%s", name);
	if (!partition(BLKPG_ADD_PARTITION, 1)) {
		partition(BLKPG_DEL_PARTITION, 1);
		return true;
	}
	close(disk);
	disk = -1;
	return false;
}

static int set_up(void)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir("/sys/block");
	if (!dir)
		return -1;
	while (disk < 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			take(entry->d_name);
	closedir(dir);
	return disk < 0;
}

static void tear_down(void)
{
	if (disk >= 0)
		close(disk);
}

static struct block_device_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = block_devices, .meets = true },
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
	.leaks = 100,
	.allocates = true,
	.frees_late = true,
	.known = true,
};

void test_block_device_iter(void)
{
	skel = block_device_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	block_device_iter__destroy(skel);

	RUN_TESTS(block_device_iter_failure);
}
