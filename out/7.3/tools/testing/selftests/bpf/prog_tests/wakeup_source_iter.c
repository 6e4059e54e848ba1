// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "wakeup_source_iter.skel.h"
#include "wakeup_source_iter_failure.skel.h"

#define PATIENCE (200 * 1000000LL)

static pthread_t remover;
static bool removing;
static int waiting = -1, event = -1;

static void wakeup_sources(int start, struct ids *want)
{
	struct dirent *entry;
	DIR *dir;

	want->nr = 0;
	dir = opendir("/sys/class/wakeup");
	if (!ASSERT_OK_PTR(dir, "/sys/class/wakeup"))
		return;
	while (want->nr < MAX_ELEMS && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "wakeup%llu", &want->id[want->nr]) == 1)
			want->nr++;
	closedir(dir);
}

/* numbers are not given twice so soon */
static __u64 highest(void)
{
	static struct ids there;
	__u64 found = 0;
	int i;

	wakeup_sources(0, &there);
	for (i = 0; i < there.nr; i++)
		found = MAX(found, there.id[i]);
	return found;
}

/* one of an epoll, and one of what that waits for */
static __u64 create_element(void)
{
	struct epoll_event wanted = { .events = EPOLLIN | EPOLLWAKEUP };

	if (removing)
		pthread_join(remover, NULL);
	removing = false;
	waiting = epoll_create1(0);
	event = eventfd(0, 0);
	ASSERT_OK(epoll_ctl(waiting, EPOLL_CTL_ADD, event, &wanted), "epoll_ctl");
	return highest();
}

/* the kernel waits until no walk can stand on them */
static void *removed(void *arg)
{
	close(waiting);
	close(event);
	return NULL;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* off the list at once, out of the folder when no walk can stand on them any more */
static void remove_element(void)
{
	long long end = now() + PATIENCE;
	__u64 last = highest();

	removing = !pthread_create(&remover, NULL, removed, NULL);
	while (highest() == last && now() < end)
		usleep(1000);
}

static void tear_down(void)
{
	if (removing)
		pthread_join(remover, NULL);
}

static int set_up(void)
{
	return 0;
}

static struct wakeup_source_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = wakeup_sources, .meets = true },
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
	.known = true,
};

void test_wakeup_source_iter(void)
{
	skel = wakeup_source_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	wakeup_source_iter__destroy(skel);

	RUN_TESTS(wakeup_source_iter_failure);
}
