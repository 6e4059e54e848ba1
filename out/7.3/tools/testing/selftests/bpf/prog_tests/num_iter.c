// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "num_iter.skel.h"
#include "num_iter_failure.skel.h"

/* one row for each that the program can choose, in the same order */
static const struct {
	const char *name;
	int err;
	int nr;
	__s64 values[5];
} rows[] = {
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

static void choose(struct num_iter *skel, int row)
{
	skel->bss->row = row;
	ASSERT_OK(run(skel->progs.choose), "run_choose");
}

/* how many pairs of a row's numbers are equal, each with itself among them */
static __u32 nr_pairs(int row)
{
	__u32 nr = 0;
	int i, k;

	for (i = 0; i < rows[row].nr; i++)
		for (k = 0; k < rows[row].nr; k++)
			nr += rows[row].values[i] == rows[row].values[k];
	return nr;
}

static void test_walk(struct num_iter *skel, int row)
{
	int i;

	choose(skel, row);
	ASSERT_OK(run(skel->progs.walk), "run_walk");
	if (!ASSERT_EQ(skel->bss->nr_elems, rows[row].nr, "how_many"))
		return;
	for (i = 0; i < rows[row].nr; i++)
		ASSERT_EQ((__s64)skel->bss->elems[i], rows[row].values[i], "which");
}

static void check_drained(struct num_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

static void test_contract(struct num_iter *skel, int row)
{
	__u32 nr = rows[row].nr;

	choose(skel, row);
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	ASSERT_EQ(skel->bss->err, rows[row].err, "new");
	ASSERT_EQ(skel->bss->nr_elems, MIN(nr, 2), "next");

	ASSERT_OK(run(skel->progs.drain), "run_drain");
	ASSERT_EQ(skel->bss->nr_elems, nr, "drained");
	check_drained(skel);

	ASSERT_OK(run(skel->progs.nest_two), "run_nest_two");
	ASSERT_EQ(skel->bss->nr_outer, nr, "nest_two");
	ASSERT_EQ(skel->bss->nr_inner, nr_pairs(row), "nest_two_meets");

	ASSERT_OK(run(skel->progs.nest_three), "run_nest_three");
	ASSERT_EQ(skel->bss->nr_outer, nr * nr, "nest_three");
	ASSERT_EQ(skel->bss->nr_inner, nr * nr_pairs(row), "nest_three_meets");

	if (!nr)
		return;
	ASSERT_OK(run(skel->progs.again), "run_again");
	ASSERT_EQ((__s64)skel->bss->elems[0], rows[row].values[0], "begins");
	ASSERT_EQ((__s64)skel->bss->elems[1], rows[row].values[0], "starts_again");
}

static void test_under_lock(struct num_iter *skel)
{
	choose(skel, 0);
	ASSERT_OK(run(skel->progs.under_lock), "run_under_lock");
	ASSERT_EQ(skel->bss->nr_elems, rows[0].nr, "under_lock");
}

static bool named(const char *what, int row)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, rows[row].name);
	return test__start_subtest(name);
}

static void test_row(struct num_iter *skel, int row)
{
	if (named("walk", row))
		test_walk(skel, row);
	if (named("contract", row))
		test_contract(skel, row);
}

void test_num_iter(void)
{
	struct num_iter *skel;
	int row;

	skel = num_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (row = 0; row < ARRAY_SIZE(rows); row++)
		test_row(skel, row);
	if (test__start_subtest("under_lock"))
		test_under_lock(skel);
	num_iter__destroy(skel);

	RUN_TESTS(num_iter_failure);
}
