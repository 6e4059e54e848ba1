// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "testmod_seq_iter.skel.h"
#include "testmod_seq_iter_failure.skel.h"

static struct testmod_seq_iter *skel;

static const struct iter_walk walks[] = {
	{
		.name = "three",
		.nr = 3,
		.values = (const __s64[]){ 1000000, 1000000, 1000000 },
	},
	{ .name = "none" },
	{ .name = "negative", .err = -EINVAL },
};

static const struct iter_ask asks[] = {
	{ "bpf_iter_testmod_seq_value", "ask_bpf_iter_testmod_seq_value", .live = true },
};

static void choose(int which, __u64 id)
{
	skel->bss->variant = which;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.asks = asks,
	.nr_asks = ARRAY_SIZE(asks),
	.choose = choose,
};

void test_testmod_seq_iter(void)
{
	skel = testmod_seq_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	testmod_seq_iter__destroy(skel);

	RUN_TESTS(testmod_seq_iter_failure);
}
