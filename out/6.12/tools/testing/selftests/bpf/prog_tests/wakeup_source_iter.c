// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "wakeup_source_iter.skel.h"
#include "wakeup_source_iter_failure.skel.h"

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

static struct wakeup_source_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = wakeup_sources },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
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
