// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "kmem_cache_iter.skel.h"
#include "kmem_cache_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_WALKS 100
#define NR_TRIES 20

struct ids {
	__u64 id[MAX_ELEMS];
	int nr;
};

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

#define NR_STARTS 1
#define MAX_NAME 32

/* the number that the program makes of a name */
static __u64 number_of(const char *name)
{
	unsigned char text[MAX_NAME] = {};
	__u64 number = 0;
	int i;

	strncpy((char *)text, name, sizeof(text) - 1);
	for (i = 0; i < MAX_NAME; i++)
		number = number * 31 + text[i];
	return number;
}

static void slab_caches(int start, struct ids *want)
{
	char line[512], name[256];
	FILE *file;

	want->nr = 0;
	file = fopen("/proc/slabinfo", "r");
	if (!ASSERT_OK_PTR(file, "/proc/slabinfo"))
		return;
	/* two lines of headings */
	if (!fgets(line, sizeof(line), file) || !fgets(line, sizeof(line), file))
		line[0] = '\0';
	while (want->nr < MAX_ELEMS && fgets(line, sizeof(line), file))
		if (sscanf(line, "%255s", name) == 1)
			want->id[want->nr++] = number_of(name);
	fclose(file);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
} walks[] = {
	{ .name = "all", .expect = slab_caches },
};

static void choose(struct kmem_cache_iter *skel, int which)
{
}

/* those that walks take and give back */
static long references(struct kmem_cache_iter *skel)
{
	choose(skel, 0);
	ASSERT_OK(run(skel->progs.references), "run_references");
	return skel->bss->nr_references;
}

static bool same(struct ids *a, struct ids *b)
{
	return a->nr == b->nr && !memcmp(a->id, b->id, a->nr * sizeof(a->id[0]));
}

/* takes out of `ids` all that `others` do not have */
static void keep(struct ids *ids, const struct ids *others)
{
	int i, k, nr = 0;

	for (i = 0; i < ids->nr; i++) {
		for (k = 0; k < others->nr && others->id[k] != ids->id[i]; k++)
			;
		if (k < others->nr)
			ids->id[nr++] = ids->id[i];
	}
	ids->nr = nr;
}

static bool get_elems(struct kmem_cache_iter *skel, struct ids *got)
{
	if (!ASSERT_OK(run(skel->progs.walk), "run_walk") ||
	    !ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends"))
		return false;
	got->nr = MIN(skel->bss->nr_elems, MAX_ELEMS);
	memcpy(got->id, skel->bss->elems, got->nr * sizeof(got->id[0]));
	return true;
}

/*
 * What the walk sees is what user space sees, before and after. Where others
 * come and go all the time it is, once each, what was there all the time.
 */
static void test_walk(struct kmem_cache_iter *skel, int which, int start)
{
	static struct ids before, after, got;
	int tries = NR_TRIES;
	bool busy = false;

	choose(skel, which);
	do {
		walks[which].expect(start, &before);
		if (!get_elems(skel, &got))
			return;
		if (skel->bss->nr_elems > MAX_ELEMS) {
			test__skip();
			return;
		}
		walks[which].expect(start, &after);
		if (!same(&before, &after))
			busy = true;
		else if (same(&got, &after))
			return;
	} while (--tries);

	if (busy) {
		keep(&after, &before);
		keep(&got, &after);
	}
	ASSERT_EQ(got.nr, after.nr, "how_many");
	ASSERT_TRUE(same(&got, &after), "which");
}

static void check_drained(struct kmem_cache_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct kmem_cache_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct kmem_cache_iter *skel, int which)
{
	choose(skel, which);
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	ASSERT_OK(skel->bss->err, "new");
	ASSERT_GT(skel->bss->nr_elems, 0, "next");

	ASSERT_OK(run(skel->progs.drain), "run_drain");
	ASSERT_GT(skel->bss->nr_elems, 0, "drained");
	check_drained(skel);

	ASSERT_OK(run(skel->progs.again), "run_again");
	ASSERT_EQ(skel->bss->elems[0], skel->bss->elems[1], "starts_again");

	run_nested(skel, skel->progs.nest_two);
	run_nested(skel, skel->progs.nest_three);
}

static void run_often(struct bpf_program *prog)
{
	int i;

	for (i = 0; i < NR_WALKS; i++)
		ASSERT_OK(run(prog), bpf_program__name(prog));
}

/* to the end, left early */
static void walk_in_all_ways(struct kmem_cache_iter *skel, int which)
{
	choose(skel, which);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct kmem_cache_iter *skel, int which)
{
	long before, after;

	before = references(skel);
	walk_in_all_ways(skel, which);
	after = references(skel);
	ASSERT_LE(labs(after - before), NR_WALKS / 2, "references");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct kmem_cache_iter *skel, int which)
{
	int start;

	if (walks[which].expect && named("walk", which))
		for (start = 0; start < NR_STARTS; start++)
			test_walk(skel, which, start);
	if (named("contract", which))
		test_contract(skel, which);
	if (named("balance", which))
		test_balance(skel, which);
}

void test_kmem_cache_iter(void)
{
	struct kmem_cache_iter *skel;
	int i;

	skel = kmem_cache_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

	kmem_cache_iter__destroy(skel);

	RUN_TESTS(kmem_cache_iter_failure);
}
