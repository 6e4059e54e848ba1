// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "netdev_iter.skel.h"
#include "netdev_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_TRIES 20

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

/* one variant for each walk there is */
static const struct {
	const char *name;
} walks[] = {
	{ .name = "all" },
};

static void choose(struct netdev_iter *skel, int which)
{
	skel->bss->flags = skel->rodata->accepted[0];
}

static void check_drained(struct netdev_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, and others that have its number */
static void run_nested(struct netdev_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer > skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_LE(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct netdev_iter *skel, int which)
{
	int tries = NR_TRIES;

	choose(skel, which);
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	if (skel->bss->err) {
		ASSERT_EQ(skel->bss->nr_elems, 0, "next");
		/* the rest is about walks */
		test__skip();
		return;
	}

	ASSERT_OK(run(skel->progs.walk), "run_walk");
	if (!ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends"))
		return;
	ASSERT_OK(run(skel->progs.drain), "run_drain");
	check_drained(skel);
	/* a walk that meets nothing proves no more */
	if (!skel->bss->nr_elems) {
		test__skip();
		return;
	}

	/* what comes and goes meanwhile is not the iterator's fault each time */
	do {
		ASSERT_OK(run(skel->progs.again), "run_again");
	} while (skel->bss->elems[0] != skel->bss->elems[1] && --tries);
	ASSERT_EQ(skel->bss->elems[0], skel->bss->elems[1], "starts_again");

	run_nested(skel, skel->progs.nest_two);
	run_nested(skel, skel->progs.nest_three);
}

static void refuse_in(struct netdev_iter *skel, struct bpf_program *prog)
{
	ASSERT_OK(run(prog), "run_probe");
	ASSERT_EQ(skel->bss->err, -EINVAL, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool is_accepted(struct netdev_iter *skel, __u64 value)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
		if (skel->rodata->accepted[i] == value)
			return true;
	return false;
}

static void refuse(struct netdev_iter *skel, __u64 value)
{
	if (is_accepted(skel, value))
		return;
	choose(skel, 0);
	skel->bss->flags = value;
	refuse_in(skel, skel->progs.probe);
	refuse_in(skel, skel->progs.reuse);
}

/* small numbers, every single bit, and each good value with a bit too many */
static void test_refused(struct netdev_iter *skel)
{
	__u64 bit;
	int i;

	for (i = 0; i < 64; i++)
		refuse(skel, i);
	for (bit = 1; bit; bit <<= 1) {
		refuse(skel, bit);
		for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
			refuse(skel, skel->rodata->accepted[i] | bit);
	}
	refuse(skel, ~0ULL);
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct netdev_iter *skel, int which)
{
	if (named("contract", which))
		test_contract(skel, which);
}

void test_netdev_iter(void)
{
	struct netdev_iter *skel;
	int i;

	skel = netdev_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);
	if (test__start_subtest("refused"))
		test_refused(skel);

	netdev_iter__destroy(skel);

	RUN_TESTS(netdev_iter_failure);
}
