// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "dmabuf_iter_seq.skel.h"

#define NR_BUFFERS 3
#define DEBUGFS "/sys/kernel/debug"

static int buffers[NR_BUFFERS] = { -1, -1, -1 };

/* what the kernel lists: a buffer's inode, and how many hold its file */
static bool next_buffer(FILE *file, __u64 *inode, long *count)
{
	char line[512];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*u %*x %*x %ld %*s %llu", count, inode) == 2)
			return true;
	return false;
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

static struct iter_seq_test test = {
	.target = "dmabuf",
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.references = references,
	.walks.leaks = 20,
};

void test_dmabuf_iter_seq(void)
{
	struct dmabuf_iter_seq *skel;

	skel = dmabuf_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	dmabuf_iter_seq__destroy(skel);
}
