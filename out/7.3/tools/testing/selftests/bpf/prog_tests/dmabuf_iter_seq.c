// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "dmabuf_iter_seq.skel.h"

#define NR_BUFFERS 3
#define MAX_NAME 32
#define NO_NAME "<none>"
#define DEBUGFS "/sys/kernel/debug"

static int buffers[NR_BUFFERS] = { -1, -1, -1 };
/* the last has none */
static const char *const names[NR_BUFFERS] = { "first", "as-long-as-the-kernel-takes-one" };

/* by its inode and its name, of which the program makes a number in the same way */
static __u64 number_of(__u64 inode, const char *name)
{
	unsigned char text[MAX_NAME] = {};
	__u64 number = 0;
	int i;

	strncpy((char *)text, name, sizeof(text) - 1);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return inode + number;
}

/* what the kernel lists: a buffer's inode and name, and how many hold its file */
static bool next_buffer(FILE *file, __u64 *number, long *count)
{
	char line[512], name[64];
	__u64 inode;

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*u %*x %*x %ld %*s %llu %63s", count, &inode, name) != 3)
			continue;
		*number = number_of(inode, strcmp(name, NO_NAME) ? name : "");
		return true;
	}
	return false;
}

/* those of all buffers */
static long references(void)
{
	long count, nr = 0;
	__u64 number;
	FILE *file;

	file = fopen(DEBUGFS "/dma_buf/bufinfo", "r");
	if (!ASSERT_OK_PTR(file, "bufinfo"))
		return 0;
	while (next_buffer(file, &number, &count))
		nr += count;
	fclose(file);
	return nr;
}

/* a buffer of one page of user space's memory; name may be NULL */
static int add_buffer(const char *name)
{
	struct udmabuf_create create = { .size = sysconf(_SC_PAGESIZE) };
	int device, buffer = -1;

	device = open("/dev/udmabuf", O_RDWR);
	create.memfd = memfd_create("buffer", MFD_ALLOW_SEALING);
	if (device >= 0 && !ftruncate(create.memfd, create.size) &&
	    !fcntl(create.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		buffer = ioctl(device, UDMABUF_CREATE, &create);
	if (buffer >= 0 && name)
		ASSERT_OK(ioctl(buffer, DMA_BUF_SET_NAME, name), "set_name");
	close(create.memfd);
	close(device);
	return buffer;
}

static int set_up(void)
{
	int i;

	mount("none", DEBUGFS, "debugfs", 0, NULL);
	for (i = 0; i < NR_BUFFERS; i++) {
		buffers[i] = add_buffer(names[i]);
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

static struct dmabuf_iter_seq *skel;

static struct iter_seq_test test = {
	.target = "dmabuf",
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.references = references,
	.walks.leaks = 20,
};

void test_dmabuf_iter_seq(void)
{
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
