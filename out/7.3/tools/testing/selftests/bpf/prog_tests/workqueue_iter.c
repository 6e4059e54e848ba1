// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "workqueue_iter.skel.h"
#include "workqueue_iter_failure.skel.h"

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

/* one variant for each walk there is, in the order of the program's accepted[] */
static const struct {
	const char *name;
} walks[] = {
	{ .name = "0" },
	{ .name = "BPF_WORKQUEUE_ITER_UNBOUND" },
};

static void choose(struct workqueue_iter *skel, int which)
{
	skel->bss->flags = skel->rodata->accepted[which];
}

static void check_drained(struct workqueue_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, and others that have its number */
static void run_nested(struct workqueue_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer > skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_LE(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct workqueue_iter *skel, int which)
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

static void refuse_in(struct workqueue_iter *skel, struct bpf_program *prog)
{
	ASSERT_OK(run(prog), "run_probe");
	ASSERT_EQ(skel->bss->err, -EINVAL, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool is_accepted(struct workqueue_iter *skel, __u32 value)
{
	__u32 known = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
		known |= skel->rodata->accepted[i];
	return !(value & ~known);
}

static void refuse(struct workqueue_iter *skel, __u32 value)
{
	if (is_accepted(skel, value))
		return;
	choose(skel, 0);
	skel->bss->flags = value;
	refuse_in(skel, skel->progs.probe);
	refuse_in(skel, skel->progs.reuse);
}

/* small numbers, every single bit, and each good value with a bit too many */
static void test_refused(struct workqueue_iter *skel)
{
	__u32 bit;
	int i;

	for (i = 0; i < 64; i++)
		refuse(skel, i);
	for (bit = 1; bit; bit <<= 1) {
		refuse(skel, bit);
		for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
			refuse(skel, skel->rodata->accepted[i] | bit);
	}
	refuse(skel, ~0U);
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct workqueue_iter *skel, int which)
{
	if (named("contract", which))
		test_contract(skel, which);
}

void test_workqueue_iter(void)
{
	struct workqueue_iter *skel;
	int i;

	skel = workqueue_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);
	if (test__start_subtest("refused"))
		test_refused(skel);

	workqueue_iter__destroy(skel);

	RUN_TESTS(workqueue_iter_failure);
}
