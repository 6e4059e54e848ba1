// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "bits_iter.skel.h"
#include "bits_iter_failure.skel.h"

static struct bits_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "one_word", .nr = 3, .values = (const __s64[]){ 0, 2, 63 } },
	{ .name = "more_words", .nr = 2, .values = (const __s64[]){ 0, 191 } },
	{ .name = "no_bits" },
	{
		.name = "most_words",
		.nr = 2,
		.values = (const __s64[]){ 32640, 32703 },
	},
	{ .name = "no_words", .err = -EINVAL },
	{ .name = "null", .err = -EINVAL },
	{ .name = "too_many", .err = -E2BIG },
	{ .name = "overflowing", .err = -E2BIG },
	{ .name = "bad_word", .err = -EFAULT },
	{ .name = "bad_words", .err = -EFAULT },
};

static void choose(int which, __u64 id)
{
	skel->bss->variant = which;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.allocates = true,
};

void test_bits_iter(void)
{
	skel = bits_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	bits_iter__destroy(skel);

	RUN_TESTS(bits_iter_failure);
}
