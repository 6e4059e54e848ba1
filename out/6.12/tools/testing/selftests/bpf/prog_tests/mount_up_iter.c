// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <test_progs.h>
#include "mount_up_iter.skel.h"
#include "mount_up_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_WALKS 100
#define NR_TRIES 20
#define NR_RUNS 20
#define WALKS_A_RUN 1000
#define NR_RETRIES 3

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
/* include/uapi/linux/mount.h and stat.h, which may be older where this is built */
#define STATX_UNIQUE 0x4000
#define STATMOUNT_BASICS 3
#define NR_STATMOUNT 457

struct request {
	__u32 size, spare;
	__u64 id, param;
};

/* what statmount() gives, as far as it is of interest */
struct basics {
	__u32 size, options;
	__u64 mask;
	__u32 major, minor;
	__u64 magic;
	__u32 flags, type;
	__u64 id, parent;
	__u64 rest[64];
};

/* a mount in a mount, and the working directory in that */
static char outer[32] = "/tmp/above-XXXXXX", inner[48];
static int before = -1;

static bool known(__u64 id, struct basics *found)
{
	struct request request = { .size = sizeof(request), .id = id, .param = STATMOUNT_BASICS };

	return !syscall(NR_STATMOUNT, &request, found, sizeof(*found), 0);
}

/* a mount is known by its file system, whose number is as in include/linux/kdev_t.h */
static void mounts_above(int start, struct ids *want)
{
	struct basics found = {};
	struct statx here = {};

	want->nr = 0;
	if (!ASSERT_OK(statx(AT_FDCWD, ".", 0, STATX_UNIQUE, &here), "statx"))
		return;
	found.parent = here.stx_mnt_id;
	while (want->nr < MAX_ELEMS && found.parent != found.id && known(found.parent, &found))
		want->id[want->nr++] = (__u64)found.major << 20 | found.minor;
}

static int set_up(void)
{
	mkdir("/tmp", 01777);
	before = open(".", O_RDONLY | O_DIRECTORY);
	if (before < 0 || !mkdtemp(outer) || mount("none", outer, "tmpfs", 0, NULL))
		return -1;
	snprintf(inner, sizeof(inner), "%s/inner", outer);
	return mkdir(inner, 0755) || mount("none", inner, "tmpfs", 0, NULL) || chdir(inner);
}

static void tear_down(void)
{
	ASSERT_OK(fchdir(before), "fchdir");
	close(before);
	umount(inner);
	umount(outer);
	rmdir(outer);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
} walks[] = {
	{ .name = "all", .expect = mounts_above },
};

static void choose(struct mount_up_iter *skel, int which)
{
}

/* those that walks take and give back */
static long references(struct mount_up_iter *skel)
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

static bool get_elems(struct mount_up_iter *skel, struct ids *got)
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
static void test_walk(struct mount_up_iter *skel, int which, int start)
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

static void check_drained(struct mount_up_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, and others that have its number */
static void run_nested(struct mount_up_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer > skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_LE(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct mount_up_iter *skel, int which)
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
static void walk_in_all_ways(struct mount_up_iter *skel, int which)
{
	choose(skel, which);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct mount_up_iter *skel, int which)
{
	long before, after;

	before = references(skel);
	walk_in_all_ways(skel, which);
	after = references(skel);
	ASSERT_LE(labs(after - before), NR_WALKS / 2, "references");
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
static void check_memory(struct mount_up_iter *skel)
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

static void test_memory(struct mount_up_iter *skel, int which)
{
	choose(skel, which);
	check_memory(skel);
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct mount_up_iter *skel, int which)
{
	int start;

	if (walks[which].expect && named("walk", which))
		for (start = 0; start < NR_STARTS; start++)
			test_walk(skel, which, start);
	if (named("contract", which))
		test_contract(skel, which);
	if (named("balance", which))
		test_balance(skel, which);
	if (named("memory", which))
		test_memory(skel, which);
}

void test_mount_up_iter(void)
{
	struct mount_up_iter *skel;
	int i;

	skel = mount_up_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

out:
	tear_down();
	mount_up_iter__destroy(skel);

	RUN_TESTS(mount_up_iter_failure);
}
