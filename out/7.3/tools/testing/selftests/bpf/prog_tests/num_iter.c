// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "num_iter.skel.h"
#include "num_iter_failure.skel.h"

static struct num_iter *skel;

static const struct iter_walk walks[] = {
	{
		.name = "some",
		.nr = 5,
		.values = (const __s64[]){ -2, -1, 0, 1, 2 },
	},
	{ .name = "one", .nr = 1, .values = (const __s64[]){ 7 } },
	{ .name = "none" },
	{
		.name = "lowest",
		.nr = 2,
		.values = (const __s64[]){ -2147483648, -2147483647 },
	},
	{
		.name = "highest",
		.nr = 2,
		.values = (const __s64[]){ 2147483645, 2147483646 },
	},
	{ .name = "downwards", .err = -EINVAL },
	{ .name = "too_many", .err = -E2BIG },
	{ .name = "overflowing", .err = -E2BIG },
};

static void choose(int which, __u64 id)
{
	skel->bss->variant = which;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
};

void test_num_iter(void)
{
	skel = num_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	num_iter__destroy(skel);

	RUN_TESTS(num_iter_failure);
}
