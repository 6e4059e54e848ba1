// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "dmabuf_iter.skel.h"
#include "dmabuf_iter_failure.skel.h"

#define NR_BUFFERS 3
#define DEBUGFS "/sys/kernel/debug"

static int buffers[NR_BUFFERS] = { -1, -1, -1 };
static int added = -1;

/* what the kernel lists: a buffer's inode, and how many hold its file */
static bool next_buffer(FILE *file, __u64 *inode, long *count)
{
	char line[512];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*u %*x %*x %ld %*s %llu", count, inode) == 2)
			return true;
	return false;
}

static void dma_bufs(int start, struct ids *want)
{
	long count;
	FILE *file;

	want->nr = 0;
	file = fopen(DEBUGFS "/dma_buf/bufinfo", "r");
	if (!ASSERT_OK_PTR(file, "bufinfo"))
		return;
	while (want->nr < MAX_ELEMS && next_buffer(file, &want->id[want->nr], &count))
		want->nr++;
	fclose(file);
}

/* those of all buffers */
static long references(void)
{
	long count, nr = 0;
	__u64 inode;
	FILE *file;

	file = fopen(DEBUGFS "/dma_buf/bufinfo", "r");
	if (!ASSERT_OK_PTR(file, "bufinfo"))
		return 0;
	while (next_buffer(file, &inode, &count))
		nr += count;
	fclose(file);
	return nr;
}

/* a buffer of one page of user space's memory */
static int add_buffer(void)
{
	struct udmabuf_create create = { .size = sysconf(_SC_PAGESIZE) };
	int device, buffer = -1;

	device = open("/dev/udmabuf", O_RDWR);
	create.memfd = memfd_create("buffer", MFD_ALLOW_SEALING);
	if (device >= 0 && !ftruncate(create.memfd, create.size) &&
	    !fcntl(create.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		buffer = ioctl(device, UDMABUF_CREATE, &create);
	close(create.memfd);
	close(device);
	return buffer;
}

static __u64 number_of(int buffer)
{
	struct stat stat = {};

	ASSERT_OK(fstat(buffer, &stat), "fstat");
	return stat.st_ino;
}

static __u64 create_element(void)
{
	added = add_buffer();
	return number_of(added);
}

static void remove_element(void)
{
	close(added);
}

/* the kernel lists the last one first, and so behind it what is there already */
static __u64 create_next(void)
{
	return number_of(buffers[0]);
}

static void remove_next(void)
{
}

static int set_up(void)
{
	int i;

	mount("none", DEBUGFS, "debugfs", 0, NULL);
	for (i = 0; i < NR_BUFFERS; i++) {
		buffers[i] = add_buffer();
		if (buffers[i] < 0)
			return -1;
	}
	return 0;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_BUFFERS; i++)
		if (buffers[i] >= 0)
			close(buffers[i]);
}

static struct dmabuf_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = dma_bufs, .meets = true },
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
	.leaks = 20,
	.known = true,
	.ordered = true,
};

void test_dmabuf_iter(void)
{
	skel = dmabuf_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	dmabuf_iter__destroy(skel);

	RUN_TESTS(dmabuf_iter_failure);
}
