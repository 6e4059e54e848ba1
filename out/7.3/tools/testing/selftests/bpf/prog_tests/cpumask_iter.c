// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "cpumask_iter.skel.h"
#include "cpumask_iter_failure.skel.h"

/* those that we may run on */
static void own_cpus(int start, struct ids *want)
{
	cpu_set_t mask;
	int cpu;

	want->nr = 0;
	if (!ASSERT_OK(sched_getaffinity(0, sizeof(mask), &mask), "sched_getaffinity"))
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &mask))
			want->id[want->nr++] = cpu;
}

static struct cpumask_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = own_cpus },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
	.allocates = true,
	.known = true,
	.ordered = true,
};

void test_cpumask_iter(void)
{
	skel = cpumask_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	cpumask_iter__destroy(skel);

	RUN_TESTS(cpumask_iter_failure);
}
