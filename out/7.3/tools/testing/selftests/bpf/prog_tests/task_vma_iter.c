// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "task_vma_iter.skel.h"
#include "task_vma_iter_failure.skel.h"

#define NR_PLACES ARRAY_SIZE(starts)

/* ourselves and another process, and ourselves from inside an area and behind the last */
static struct {
	pid_t pid;
	__u64 from;
} starts[4];
static long page_size;
static pid_t neighbour;
static pid_t added;
static void *added_area = MAP_FAILED, *area_behind = MAP_FAILED;

struct area {
	__u64 from, to, inode;
};

/* by both ends, and by whether a file is behind it */
static __u64 number_of(const struct area *area)
{
	return area->from + 31 * area->to + !!area->inode;
}

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

static void vmas(int start, struct ids *want)
{
	struct area area;
	char path[64];
	FILE *file;

	want->nr = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", starts[start].pid);
	file = fopen(path, "r");
	if (!ASSERT_OK_PTR(file, path))
		return;
	while (want->nr < MAX_ELEMS && next_area(file, &area))
		if (area.to > starts[start].from)
			want->id[want->nr++] = number_of(&area);
	fclose(file);
}

static __u64 id_of(int start)
{
	return starts[start].pid;
}

static __u64 place_of(int start)
{
	return starts[start].from;
}

static __u64 id_of_scratch(void)
{
	return getpid();
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

/* an area behind all others */
static __u64 add_area(void **place)
{
	struct area area = { .from = end_of_last() + page_size };

	area.to = area.from + page_size;
	*place = mmap((void *)area.from, page_size, PROT_READ,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	ASSERT_NEQ(*place, MAP_FAILED, "mmap");
	return number_of(&area);
}

static __u64 create_element(void)
{
	return add_area(&added_area);
}

static void remove_element(void)
{
	munmap(added_area, page_size);
}

static __u64 create_next(void)
{
	return add_area(&area_behind);
}

static void remove_next(void)
{
	munmap(area_behind, page_size);
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

static __u64 create_start(void)
{
	added = add_process();
	return added;
}

static void remove_start(void)
{
	remove_process(&added);
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

static struct task_vma_iter *skel;

static const struct iter_walk walks[] = {
	{
		.name = "all",
		.expect = vmas,
		.begins = true,
		.empties = true,
		.meets = true,
		.gone = -ENOENT,
	},
};

static void choose(int which, __u64 id)
{
	skel->bss->task_id = id;
	skel->bss->addr = 0;
}

static void choose_place(int start)
{
	skel->bss->addr = place_of(start);
}

/* one that has no elements */
static __u64 bare(void)
{
	return 2;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.choose_place = choose_place,
	.nr_starts = NR_PLACES,
	.id_of = id_of,
	.id_of_scratch = id_of_scratch,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.create_start = create_start,
	.remove_start = remove_start,
	.leaks = 100,
	.allocates = true,
	.known = true,
	.ordered = true,
	.bare = bare,
	.bare_err = -ENOENT,
	.irqs_off = -EBUSY,
};

void test_task_vma_iter(void)
{
	skel = task_vma_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	task_vma_iter__destroy(skel);

	RUN_TESTS(task_vma_iter_failure);
}
