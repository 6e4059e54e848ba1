// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "bits_iter.skel.h"
#include "bits_iter_failure.skel.h"

#define NR_RUNS 20
#define WALKS_A_RUN 1000
#define NR_RETRIES 3

/* one variant for each that the program can choose, in the same order */
static const struct {
	const char *name;
	int err;
	int nr;
	__s64 values[3];
} variants[] = {
	{ "one_word", .nr = 3, .values = { 0, 2, 63 } },
	{ "more_words", .nr = 2, .values = { 0, 191 } },
	{ "no_bits" },
	{ "most_words", .nr = 2, .values = { 32640, 32703 } },
	{ "no_words", .err = -EINVAL },
	{ "null", .err = -EINVAL },
	{ "too_many", .err = -E2BIG },
	{ "overflowing", .err = -E2BIG },
	{ "bad_word", .err = -EFAULT },
	{ "bad_words", .err = -EFAULT },
};

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

static void choose(struct bits_iter *skel, int which)
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

static void test_walk(struct bits_iter *skel, int which)
{
	int i;

	choose(skel, which);
	ASSERT_OK(run(skel->progs.walk), "run_walk");
	if (!ASSERT_EQ(skel->bss->nr_elems, variants[which].nr, "how_many"))
		return;
	for (i = 0; i < variants[which].nr; i++)
		ASSERT_EQ((__s64)skel->bss->elems[i], variants[which].values[i], "which");
}

static void check_drained(struct bits_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

static void test_contract(struct bits_iter *skel, int which)
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

/* how many objects kmalloc() and bpf_mem_alloc() have given away, -1 if the kernel does not tell */
static long nr_objects(void)
{
	char line[512];
	long active, nr = -1;
	FILE *file;

	file = fopen("/proc/slabinfo", "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "kmalloc-%*s %ld", &active) == 1)
			nr = MAX(nr, 0) + active;
	fclose(file);
	return nr;
}

/* what walks allocate they free: a leak grows each time, what others allocate does not */
static void check_memory(struct bits_iter *skel)
{
	int i, tries = NR_RETRIES;
	long before, grown;

	ASSERT_OK(run(skel->progs.walk_often), "run_walk_often");
	do {
		before = nr_objects();
		if (!ASSERT_GT(before, 0, "nr_objects"))
			return;
		for (i = 0; i < NR_RUNS; i++)
			ASSERT_OK(run(skel->progs.walk_often), "run_walk_often");
		grown = nr_objects() - before;
	} while (grown > NR_RUNS * WALKS_A_RUN / 2 && --tries);
	ASSERT_LE(grown, NR_RUNS * WALKS_A_RUN / 2, "memory");
}

static void test_memory(struct bits_iter *skel, int which)
{
	choose(skel, which);
	check_memory(skel);
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, variants[which].name);
	return test__start_subtest(name);
}

static void test_variant(struct bits_iter *skel, int which)
{
	if (named("walk", which))
		test_walk(skel, which);
	if (named("contract", which))
		test_contract(skel, which);
	if (named("memory", which))
		test_memory(skel, which);
}

void test_bits_iter(void)
{
	struct bits_iter *skel;
	int which;

	skel = bits_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (which = 0; which < ARRAY_SIZE(variants); which++)
		test_variant(skel, which);
	bits_iter__destroy(skel);

	RUN_TESTS(bits_iter_failure);
}
