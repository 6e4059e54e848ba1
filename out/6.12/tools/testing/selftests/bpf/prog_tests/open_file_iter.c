// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "open_file_iter.skel.h"
#include "open_file_iter_failure.skel.h"

#define NR_STARTS ARRAY_SIZE(starts)
#define NR_NUMBERS 1024

/* ourselves, and another process */
static pid_t starts[2];
static pid_t added_start;
static int added = -1, behind = -1;

static __u64 id_of(int start)
{
	return starts[start];
}

static __u64 id_of_scratch(void)
{
	return getpid();
}

/* from the lowest: what reads the folder has a descriptor itself */
static void descriptors(int start, struct ids *want)
{
	char path[64], link[64];
	int fd;

	want->nr = 0;
	for (fd = 0; fd < NR_NUMBERS; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", starts[start], fd);
		if (readlink(path, link, sizeof(link)) >= 0)
			want->id[want->nr++] = fd;
	}
}

static __u64 create_element(void)
{
	added = memfd_create("added", 0);
	ASSERT_GE(added, 0, "memfd_create");
	return added;
}

static void remove_element(void)
{
	close(added);
}

static __u64 create_next(void)
{
	behind = memfd_create("behind", 0);
	ASSERT_GE(behind, 0, "memfd_create");
	return behind;
}

static void remove_next(void)
{
	close(behind);
}

static pid_t add_process(void)
{
	pid_t pid;

	pid = fork();
	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void remove_process(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static __u64 create_start(void)
{
	added_start = add_process();
	return added_start;
}

static void remove_start(void)
{
	remove_process(added_start);
}

static int set_up(void)
{
	starts[0] = getpid();
	starts[1] = add_process();
	return starts[1] < 0;
}

static void tear_down(void)
{
	remove_process(starts[1]);
}

static struct open_file_iter *skel;

static const struct iter_walk walks[] = {
	{
		.name = "all",
		.expect = descriptors,
		.begins = true,
		.empties = true,
		.meets = true,
	},
};

static void choose(int which, __u64 id)
{
	skel->bss->task_id = id;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = NR_STARTS,
	.id_of = id_of,
	.id_of_scratch = id_of_scratch,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.create_start = create_start,
	.remove_start = remove_start,
	.leaks = 100,
	.known = true,
	.ordered = true,
};

void test_open_file_iter(void)
{
	skel = open_file_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	open_file_iter__destroy(skel);

	RUN_TESTS(open_file_iter_failure);
}
