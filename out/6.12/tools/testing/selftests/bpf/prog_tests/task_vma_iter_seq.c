// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "task_vma_iter_seq.skel.h"

/* ourselves and another process, and ourselves from inside an area and behind the last */
static struct {
	pid_t pid;
	__u64 from;
} starts[4];
static long page_size;
static pid_t neighbour;

struct area {
	__u64 from, to, inode;
};

/* what is above the user's part of the memory belongs to no process */
static bool next_area(FILE *file, struct area *area)
{
	char line[512];

	if (!fgets(line, sizeof(line), file) ||
	    sscanf(line, "%llx-%llx %*s %*x %*s %llu", &area->from, &area->to,
		   &area->inode) != 3)
		return false;
	return (__s64)area->from >= 0;
}

static __u64 id_of(int start)
{
	return starts[start].pid;
}

static __u64 end_of_last(void)
{
	struct area last = {};
	FILE *file;

	file = fopen("/proc/self/maps", "r");
	if (!file)
		return 0;
	while (next_area(file, &last))
		;
	fclose(file);
	return last.to;
}

static pid_t add_process(void)
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void remove_process(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static int set_up(void)
{
	int i;

	page_size = sysconf(_SC_PAGESIZE);
	neighbour = add_process();
	if (neighbour < 0)
		return -1;
	for (i = 0; i < ARRAY_SIZE(starts); i++)
		starts[i].pid = getpid();
	starts[1].pid = neighbour;
	starts[2].from = (__u64)set_up;
	starts[3].from = end_of_last();
	return 0;
}

static void tear_down(void)
{
	remove_process(&neighbour);
}

static struct task_vma_iter_seq *skel;

static void choose(int which, __u64 id)
{
	skel->bss->addr = 0;
	skel->bss->task_id = id;
}

/* all */
static void ask_0(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->task.pid = id;
}

static void told_0(int fd, const struct bpf_link_info *info, __u64 id)
{
	iter_told(fd, "pid", info->iter.task.pid, id);
}

static void ask_tid_and_pid(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->task.tid = 1;
	linfo->task.pid = 1;
}

static const struct iter_link links[] = {
	{ .name = "all", .which = 0, .ask = ask_0, .told = told_0 },
	{ .name = "tid_and_pid", .ask = ask_tid_and_pid, .err = -EINVAL },
	{ .name = "nothing", .err = -EINVAL },
};

static struct iter_seq_test test = {
	.target = "task_vma",
	.links = links,
	.nr_links = ARRAY_SIZE(links),
	.walks.choose = choose,
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.id_of = id_of,
	.walks.leaks = 100,
};

void test_task_vma_iter_seq(void)
{
	skel = task_vma_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	task_vma_iter_seq__destroy(skel);
}
