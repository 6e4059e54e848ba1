// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "num_iter.skel.h"
#include "num_iter_failure.skel.h"

/* one variant for each that the program can choose, in the same order */
static const struct {
	const char *name;
	int err;
	int nr;
	__s64 values[5];
} variants[] = {
	{ "some", .nr = 5, .values = { -2, -1, 0, 1, 2 } },
	{ "one", .nr = 1, .values = { 7 } },
	{ "none" },
	{ "lowest", .nr = 2, .values = { -2147483648, -2147483647 } },
	{ "highest", .nr = 2, .values = { 2147483645, 2147483646 } },
	{ "downwards", .err = -EINVAL },
	{ "too_many", .err = -E2BIG },
	{ "overflowing", .err = -E2BIG },
};

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

static void choose(struct num_iter *skel, int which)
{
	skel->bss->variant = which;
	ASSERT_OK(run(skel->progs.choose), "run_choose");
}

/* how many pairs of a variant's numbers are equal, each with itself among them */
static __u32 nr_pairs(int which)
{
	__u32 nr = 0;
	int i, k;

	for (i = 0; i < variants[which].nr; i++)
		for (k = 0; k < variants[which].nr; k++)
			nr += variants[which].values[i] == variants[which].values[k];
	return nr;
}

static void test_walk(struct num_iter *skel, int which)
{
	int i;

	choose(skel, which);
	ASSERT_OK(run(skel->progs.walk), "run_walk");
	if (!ASSERT_EQ(skel->bss->nr_elems, variants[which].nr, "how_many"))
		return;
	for (i = 0; i < variants[which].nr; i++)
		ASSERT_EQ((__s64)skel->bss->elems[i], variants[which].values[i], "which");
}

static void check_drained(struct num_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

static void test_contract(struct num_iter *skel, int which)
{
	__u32 nr = variants[which].nr;

	choose(skel, which);
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	ASSERT_EQ(skel->bss->err, variants[which].err, "new");
	ASSERT_EQ(skel->bss->nr_elems, MIN(nr, 2), "next");

	ASSERT_OK(run(skel->progs.drain), "run_drain");
	ASSERT_EQ(skel->bss->nr_elems, nr, "drained");
	check_drained(skel);

	ASSERT_OK(run(skel->progs.nest_two), "run_nest_two");
	ASSERT_EQ(skel->bss->nr_outer, nr, "nested");
	ASSERT_EQ(skel->bss->nr_inner, nr_pairs(which), "meets");

	ASSERT_OK(run(skel->progs.nest_three), "run_nest_three");
	ASSERT_EQ(skel->bss->nr_outer, nr * nr, "nested");
	ASSERT_EQ(skel->bss->nr_inner, nr * nr_pairs(which), "meets");

	if (!nr)
		return;
	ASSERT_OK(run(skel->progs.again), "run_again");
	ASSERT_EQ((__s64)skel->bss->elems[0], variants[which].values[0], "begins");
	ASSERT_EQ((__s64)skel->bss->elems[1], variants[which].values[0], "starts_again");
}

static void test_under_lock(struct num_iter *skel)
{
	choose(skel, 0);
	ASSERT_OK(run(skel->progs.under_lock), "run_under_lock");
	ASSERT_EQ(skel->bss->nr_elems, variants[0].nr, "under_lock");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, variants[which].name);
	return test__start_subtest(name);
}

static void test_variant(struct num_iter *skel, int which)
{
	if (named("walk", which))
		test_walk(skel, which);
	if (named("contract", which))
		test_contract(skel, which);
}

void test_num_iter(void)
{
	struct num_iter *skel;
	int which;

	skel = num_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (which = 0; which < ARRAY_SIZE(variants); which++)
		test_variant(skel, which);
	if (test__start_subtest("under_lock"))
		test_under_lock(skel);
	num_iter__destroy(skel);

	RUN_TESTS(num_iter_failure);
}
