// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "workqueue_iter.skel.h"
#include "workqueue_iter_failure.skel.h"

static struct workqueue_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{ .name = "0" },
	{ .name = "BPF_WORKQUEUE_ITER_UNBOUND" },
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
	.ordered = true,
	.alike = true,
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
