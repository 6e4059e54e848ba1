// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "workqueue_iter.skel.h"
#include "workqueue_iter_failure.skel.h"

#define DEVICES "/sys/bus/workqueue/devices"
#define MAX_NAME 32

/* the number that the program makes of a name */
static __u64 number_of(const char *name)
{
	size_t length = strnlen(name, MAX_NAME - 1);
	__u64 number = 0;
	int i;

	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + (i < length ? (unsigned char)name[i] : 0);
	return number;
}

/* those that have this file, "" for all */
static void list(const char *file, struct ids *want)
{
	struct dirent *entry;
	char path[320];
	DIR *dir;

	want->nr = 0;
	dir = opendir(DEVICES);
	if (!ASSERT_OK_PTR(dir, DEVICES))
		return;
	while (want->nr < MAX_ELEMS && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), DEVICES "/%s/%s", entry->d_name, file);
		if (entry->d_name[0] != '.' && !access(path, F_OK))
			want->id[want->nr++] = number_of(entry->d_name);
	}
	closedir(dir);
}

static void workqueues(int start, struct ids *want)
{
	list("", want);
}

/* the others have no niceness of their own */
static void unbound_workqueues(int start, struct ids *want)
{
	list("nice", want);
}

/* what has no folder is not seen */
static void comparable(struct ids *these)
{
	list("", these);
}

static struct workqueue_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{ .name = "0", .expect = workqueues },
	{ .name = "BPF_WORKQUEUE_ITER_UNBOUND", .expect = unbound_workqueues },
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
	.known = true,
	.alike = true,
	.comparable = comparable,
	.nr_flags = 1,
};

void test_workqueue_iter(void)
{
	skel = workqueue_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.flags[0] = (struct iter_flag){
		.name = "refused",
		.value = &skel->bss->flags,
		.size = sizeof(skel->bss->flags),
		.accepted = skel->rodata->accepted,
		.nr_accepted = ARRAY_SIZE(skel->rodata->accepted),
		.mask = true,
	};
	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	workqueue_iter__destroy(skel);

	RUN_TESTS(workqueue_iter_failure);
}
