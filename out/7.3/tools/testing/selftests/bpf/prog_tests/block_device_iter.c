// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "block_device_iter.skel.h"
#include "block_device_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_CHURNS 20
#define NR_RETRIES 3
#define NR_WALKS 100
#define NR_TRIES 20
#define NR_RUNS 20
#define WALKS_A_RUN 1000

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
#define SECTOR 512

/* a disk that nobody uses: partitions are added to it, but nothing is written */
static int disk = -1;
static char disk_name[32];

/* as in include/linux/kdev_t.h */
static __u64 number_of(const char *name)
{
	unsigned int major, minor;
	char path[320];
	FILE *file;
	int nr;

	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	nr = fscanf(file, "%u:%u", &major, &minor);
	fclose(file);
	return nr == 2 ? (__u64)major << 20 | minor : 0;
}

static void block_devices(int start, struct ids *want)
{
	struct dirent *entry;
	DIR *dir;

	want->nr = 0;
	dir = opendir("/sys/class/block");
	if (!ASSERT_OK_PTR(dir, "/sys/class/block"))
		return;
	while (want->nr < MAX_ELEMS && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			want->id[want->nr++] = number_of(entry->d_name);
	closedir(dir);
}

/* adds a partition to the disk, or removes it */
static int partition(int op, int number)
{
	struct blkpg_partition part = {
		.start = number * 8 * SECTOR, .length = 8 * SECTOR, .pno = number,
	};
	struct blkpg_ioctl_arg arg = { .op = op, .datalen = sizeof(part), .data = &part };

	return ioctl(disk, BLKPG, &arg);
}

static __u64 add_partition(int number)
{
	size_t size = strlen(disk_name);
	char name[64];

	ASSERT_OK(partition(BLKPG_ADD_PARTITION, number), "add_partition");
	snprintf(name, sizeof(name), "%s%s%d", disk_name,
		 disk_name[size - 1] <= '9' ? "p" : "", number);
	return number_of(name);
}

static __u64 create_element(void)
{
	return add_partition(1);
}

static void remove_element(void)
{
	partition(BLKPG_DEL_PARTITION, 1);
}

static __u64 create_next(void)
{
	return add_partition(2);
}

static void remove_next(void)
{
	partition(BLKPG_DEL_PARTITION, 2);
}

/* only who has it alone may open it so, and one with partitions of its own refuses others */
static bool take(const char *name)
{
	char path[320];

	snprintf(path, sizeof(path), "/dev/%s", name);
	disk = open(path, O_RDWR | O_EXCL);
	if (disk < 0)
		return false;
	snprintf(disk_name, sizeof(disk_name), "%s", name);
	if (!partition(BLKPG_ADD_PARTITION, 1)) {
		partition(BLKPG_DEL_PARTITION, 1);
		return true;
	}
	close(disk);
	disk = -1;
	return false;
}

static int set_up(void)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir("/sys/block");
	if (!dir)
		return -1;
	while (disk < 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			take(entry->d_name);
	closedir(dir);
	return disk < 0;
}

static void tear_down(void)
{
	if (disk >= 0)
		close(disk);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool meets;
} walks[] = {
	{ .name = "all", .expect = block_devices, .meets = true },
};

static void choose(struct block_device_iter *skel, int which)
{
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
}

/* those that walks take and give back */
static long references(struct block_device_iter *skel)
{
	choose(skel, 0);
	ASSERT_OK(run(skel->progs.references), "run_references");
	return skel->bss->nr_references;
}

struct job {
	struct bpf_program *prog;
	bool done;
	int err;
};

static void *work(void *arg)
{
	struct job *job = arg;

	job->err = run(job->prog);
	__atomic_store_n(&job->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * Runs a program, and does something while it stays where it holds. False if
 * it did not stay for so long, on a busy machine: then it has proven nothing.
 */
static bool run_holding(struct block_device_iter *skel,
			struct bpf_program *prog, void (*act)(void))
{
	struct job job = { .prog = prog };
	pthread_t thread;

	skel->bss->held = 0;
	skel->bss->released = 0;
	skel->bss->hold = 1;
	if (!ASSERT_OK(pthread_create(&thread, NULL, work, &job), "pthread_create"))
		return false;
	while (!__atomic_load_n(&skel->bss->held, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&job.done, __ATOMIC_ACQUIRE))
		usleep(100);
	act();
	__atomic_store_n(&skel->bss->hold, 0, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	ASSERT_OK(job.err, "run_while_held");
	ASSERT_EQ(skel->bss->held, 1, "held");
	return skel->bss->released;
}

static int by_number(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void in_order(struct ids *ids)
{
	qsort(ids->id, ids->nr, sizeof(ids->id[0]), by_number);
}

static bool same(struct ids *a, struct ids *b)
{
	in_order(a);
	in_order(b);
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

static bool get_elems(struct block_device_iter *skel, struct ids *got)
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
static void test_walk(struct block_device_iter *skel, int which, int start)
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

static void check_drained(struct block_device_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct block_device_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct block_device_iter *skel, int which)
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

static void create_late(void)
{
	create_element();
}

/* what is created after the end does not bring the iterator back to life */
static void test_late(struct block_device_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which);
		released = run_holding(skel, skel->progs.drain, create_late);
		remove_element();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	check_drained(skel);
}

static bool churning;

static void *churn(void *arg)
{
	int i;

	for (i = 0; i < NR_CHURNS; i++) {
		create_element();
		remove_element();
	}
	__atomic_store_n(&churning, false, __ATOMIC_RELEASE);
	return NULL;
}

/* a walk ends while elements are created and removed */
static void test_churn(struct block_device_iter *skel, int which)
{
	pthread_t thread;

	churning = true;
	choose(skel, which);
	if (!ASSERT_OK(pthread_create(&thread, NULL, churn, NULL), "pthread_create"))
		return;
	while (__atomic_load_n(&churning, __ATOMIC_ACQUIRE)) {
		if (!ASSERT_OK(run(skel->progs.walk), "run_walk"))
			break;
		if (!ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends"))
			break;
		sched_yield();
	}
	pthread_join(thread, NULL);
}

static bool met(struct block_device_iter *skel, __u64 id)
{
	int i;

	for (i = 0; i < MIN(skel->bss->nr_elems, MAX_ELEMS); i++)
		if (skel->bss->elems[i] == id)
			return true;
	return false;
}

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct block_device_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;
	__u64 next;

	do {
		choose(skel, which);
		skel->bss->hold_at = create_element();
		next = create_next();
		released = run_holding(skel, skel->progs.walk, remove_element);
		remove_next();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends");
	ASSERT_TRUE(met(skel, next), "goes_on");
}

static void run_often(struct bpf_program *prog)
{
	int i;

	for (i = 0; i < NR_WALKS; i++)
		ASSERT_OK(run(prog), bpf_program__name(prog));
}

/* to the end, left early */
static void walk_in_all_ways(struct block_device_iter *skel, int which)
{
	choose(skel, which);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct block_device_iter *skel, int which)
{
	long before, after;

	before = references(skel);
	create_element();
	walk_in_all_ways(skel, which);
	remove_element();
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
static void check_memory(struct block_device_iter *skel)
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

static void test_memory(struct block_device_iter *skel, int which)
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

static void test_each(struct block_device_iter *skel, int which)
{
	int start;

	if (walks[which].expect && named("walk", which))
		for (start = 0; start < NR_STARTS; start++)
			test_walk(skel, which, start);
	if (named("contract", which))
		test_contract(skel, which);
	if (named("late", which))
		test_late(skel, which);
	if (named("churn", which))
		test_churn(skel, which);
	if (walks[which].meets && named("element_removed", which))
		test_element_removed(skel, which);
	if (named("balance", which))
		test_balance(skel, which);
	if (named("memory", which))
		test_memory(skel, which);
}

void test_block_device_iter(void)
{
	struct block_device_iter *skel;
	int i;

	skel = block_device_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

out:
	tear_down();
	block_device_iter__destroy(skel);

	RUN_TESTS(block_device_iter_failure);
}
