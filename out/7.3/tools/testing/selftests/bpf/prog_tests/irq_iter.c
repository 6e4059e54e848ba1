// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "irq_iter.skel.h"
#include "irq_iter_failure.skel.h"

static void irqs(int start, struct ids *want)
{
	struct dirent *entry;
	DIR *dir;

	want->nr = 0;
	dir = opendir("/sys/kernel/irq");
	if (!ASSERT_OK_PTR(dir, "/sys/kernel/irq"))
		return;
	while (want->nr < MAX_ELEMS && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			want->id[want->nr++] = atoi(entry->d_name);
	closedir(dir);
}

static struct irq_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = irqs },
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

void test_irq_iter(void)
{
	skel = irq_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	irq_iter__destroy(skel);

	RUN_TESTS(irq_iter_failure);
}
