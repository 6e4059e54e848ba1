// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "kmem_cache_iter.skel.h"
#include "kmem_cache_iter_failure.skel.h"

#define MAX_NAME 32

/* the number that the program makes of a name */
static __u64 number_of(const char *name)
{
	unsigned char text[MAX_NAME] = {};
	__u64 number = 0;
	int i;

	strncpy((char *)text, name, sizeof(text) - 1);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return number;
}

static void slab_caches(int start, struct ids *want)
{
	char line[512], name[256];
	FILE *file;

	want->nr = 0;
	file = fopen("/proc/slabinfo", "r");
	if (!ASSERT_OK_PTR(file, "/proc/slabinfo"))
		return;
	/* two lines of headings */
	if (!fgets(line, sizeof(line), file) || !fgets(line, sizeof(line), file))
		line[0] = '\0';
	while (want->nr < MAX_ELEMS && fgets(line, sizeof(line), file))
		if (sscanf(line, "%255s", name) == 1)
			want->id[want->nr++] = number_of(name);
	fclose(file);
}

static struct kmem_cache_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = slab_caches },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
	.leaks = 100,
	.known = true,
	.ordered = true,
};

void test_kmem_cache_iter(void)
{
	skel = kmem_cache_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	kmem_cache_iter__destroy(skel);

	RUN_TESTS(kmem_cache_iter_failure);
}
